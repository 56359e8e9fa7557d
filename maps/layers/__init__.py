"""Folium layers of our own; each can be added to any :class:`folium.Map`."""
