package org.unmute.data;

import java.util.List;

/**
 * One row of a label file. A class is present in the clip, absent, or not known to be either.
 *
 * @param file clip id: path below the audio root, with '/'
 * @param split the split or fold it belongs to; empty if the file has no such column
 * @param labels names of the classes that are present; may be empty
 * @param unknown names of the classes of which nothing is known, none of which is a label, or {@link #OTHERS}; all
 *     other classes are absent
 */
public record LabelledClip(String file, String split, List<String> labels, List<String> unknown) {
    /** All classes that are not labels, as {@link #unknown}. */
    public static final List<String> OTHERS = List.of("*");
    /** The column of a label file that says what is not known. */
    public static final String UNKNOWN_COLUMN = "unknown";

    public LabelledClip {
        labels = List.copyOf(labels);
        unknown = List.copyOf(unknown);
    }

    /** A clip of which everything is known: classes that are no labels are absent. */
    public LabelledClip(String file, String split, List<String> labels) {
        this(file, split, labels, List.of());
    }

    /** The same clip under another id and in another split. */
    public LabelledClip as(String otherFile, String otherSplit) {
        return new LabelledClip(otherFile, otherSplit, labels, unknown);
    }

    /** Whether each class is known to be present or absent. */
    public boolean isKnown() {
        return unknown.isEmpty();
    }

    /** Whether a class is known to be present or absent. */
    public boolean isKnown(String label) {
        return labels.contains(label) || !unknown.equals(OTHERS) && !unknown.contains(label);
    }

    /** Whether of none of the classes anything is known. */
    public boolean saysNothing(LabelSet classes) {
        return labels.isEmpty() && (unknown.equals(OTHERS) || unknown.size() == classes.size());
    }
}
