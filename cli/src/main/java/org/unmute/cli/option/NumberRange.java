package org.unmute.cli.option;

/**
 * Two numbers of an option, as {@code -6..0}.
 *
 * @param low  the first
 * @param high the second; the first again if only one was given
 */
public record NumberRange(double low, double high) {
    /**
     * Reads a number or a range.
     *
     * @param option    its name, for the message
     * @param separator what stands between the numbers
     * @param example   for the message
     * @throws IllegalArgumentException if it is neither
     */
    public static NumberRange of(String option, String text, String separator, String example) {
        int at = text.indexOf(separator, 1);
        try {
            double low = Double.parseDouble(at < 0 ? text : text.substring(0, at));
            return new NumberRange(low, at < 0 ? low : Double.parseDouble(text.substring(at + separator.length())));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    option + " must be a number or a range such as " + example + ": '" + text + "'", e);
        }
    }
}
