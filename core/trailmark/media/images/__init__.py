"""Images: pixels, and the boxes, masks and class names on them."""
