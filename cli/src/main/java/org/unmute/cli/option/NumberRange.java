package org.unmute.cli.option;

/**
 * A range of numbers given as an option, such as {@code -6..0}.
 *
 * @param low  the first number
 * @param high the second number; equal to the first if only one was given
 */
public record NumberRange(double low, double high) {
    /**
     * Parses a number or a range.
     *
     * @param option    name of the option, for the message
     * @param separator the separator of the two numbers
     * @param example   a valid value, for the message
     * @throws IllegalArgumentException if the text is neither
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
