"""Short films for the demo: moving pictures, music and subtitles, made by code."""
