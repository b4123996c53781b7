package org.unmute.report.drawing;

import java.util.Objects;

/**
 * Title and description of a figure.
 *
 * @param title       drawn above the figure, and its name for screen readers
 * @param subtitle    drawn below the title in a softer colour, wrapped; may be empty
 * @param description what the figure shows, in a sentence, for screen readers; if empty, the subtitle
 */
public record Caption(String title, String subtitle, String description) {
    /** Checks that nothing is null and that there is a title. */
    public Caption {
        Objects.requireNonNull(subtitle, "subtitle");
        if (title.isBlank()) {
            throw new IllegalArgumentException("chart: a figure needs a title: it is empty: give one");
        }
        description = description.isEmpty() ? subtitle : description;
    }

    /** A title alone. */
    public static Caption of(String title) {
        return new Caption(title, "", "");
    }

    /** A title with a subtitle that is also the description. */
    public static Caption of(String title, String subtitle) {
        return new Caption(title, subtitle, subtitle);
    }
}
