"""Files of shapes that strangers made: KML, KMZ and GeoJSON become features, whatever is in them."""
