"""What any app may use and no app owns. It has no models and imports nothing of ours."""
