package org.unmute.report.drawing;

import java.util.Objects;

/**
 * Title and description of a figure.
 *
 * @param title    drawn above the figure, and used as name for screen readers
 * @param subtitle drawn below the title in a softer colour, wrapped, and used as description for screen readers; may be
 *     empty
 */
public record Caption(String title, String subtitle) {
    /** Checks that nothing is null and that there is a title. */
    public Caption {
        Objects.requireNonNull(subtitle, "subtitle");
        if (title.isBlank()) {
            throw new IllegalArgumentException("chart: a figure needs a title: it is empty: give one");
        }
    }

    /** A caption without subtitle. */
    public static Caption of(String title) {
        return new Caption(title, "");
    }
}
