package org.unmute.report.drawing;

/**
 * A fixed colour, which is the same on light and dark pages.
 *
 * @param value 0xRRGGBB
 */
public record Rgb(int value) implements Paint {
    /** Checks the range. */
    public Rgb {
        if (value < 0 || value > 0xFFFFFF) {
            throw new IllegalArgumentException(
                    "colour: not 0xRRGGBB: " + Integer.toHexString(value) + ": give 24 bits");
        }
    }
}
