"""Sounds: samples, and WAV files."""
