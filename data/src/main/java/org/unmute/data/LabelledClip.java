package org.unmute.data;

import java.util.List;

/**
 * One row of a label file. Each class is present in the clip, absent, or unknown.
 *
 * @param file clip id: path below the audio root, with '/'
 * @param split the split or fold it belongs to; empty if the file has no such column
 * @param labels names of the classes that are present; may be empty
 * @param unknown names of the classes that may be present or absent, none of them a label, or {@link #OTHERS}; all
 *     other classes are absent
 * @param group clips of a group have something in common, such as the recording that they were cut from, and are left
 *     out together; empty if that is known of the clips of a file only
 */
public record LabelledClip(String file, String split, List<String> labels, List<String> unknown, String group) {
    /** Value of {@link #unknown} if every class that is not a label is unknown. */
    public static final List<String> OTHERS = List.of("*");
    /** The column of a label file that names the unknown classes. */
    public static final String UNKNOWN_COLUMN = "unknown";

    public LabelledClip {
        labels = List.copyOf(labels);
        unknown = List.copyOf(unknown);
    }

    /** A clip that has nothing in common with those of other files. */
    public LabelledClip(String file, String split, List<String> labels, List<String> unknown) {
        this(file, split, labels, unknown, "");
    }

    /** A clip without unknown classes: every class that is not a label is absent. */
    public LabelledClip(String file, String split, List<String> labels) {
        this(file, split, labels, List.of());
    }

    /** The same clip under another id and in another split. */
    public LabelledClip as(String otherFile, String otherSplit) {
        return new LabelledClip(otherFile, otherSplit, labels, unknown, group);
    }

    /** The same clip in a group. */
    public LabelledClip in(String otherGroup) {
        return new LabelledClip(file, split, labels, unknown, otherGroup);
    }

    /** Whether each class is known to be present or absent. */
    public boolean isKnown() {
        return unknown.isEmpty();
    }

    /** Whether a class is known to be present or absent. */
    public boolean isKnown(String label) {
        return labels.contains(label) || !unknown.equals(OTHERS) && !unknown.contains(label);
    }

    /** Whether every one of these classes is unknown. */
    public boolean saysNothing(LabelSet classes) {
        return labels.isEmpty() && (unknown.equals(OTHERS) || unknown.size() == classes.size());
    }
}
