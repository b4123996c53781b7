package org.unmute.data;

import java.util.Arrays;
import java.util.Locale;

/** A part of a data set. */
public enum Part {
    /** For training. */
    TRAIN,
    /** For choosing settings. */
    VALIDATION,
    /** For scoring, once. */
    TEST;

    /** The name in lower case: {@code train}, {@code validation} or {@code test}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The part with this label.
     *
     * @throws IllegalArgumentException if there is none; the message lists the labels
     */
    public static Part of(String label) {
        return Arrays.stream(values())
                .filter(p -> p.label().equals(label))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("split '" + label + "' is none of train, validation, test"));
    }
}
