package org.unmute.data;

import java.util.List;

/**
 * One row of a label file.
 *
 * @param file clip id: path below the audio root, with '/'
 * @param split the split or fold it belongs to; empty if the file has no such column
 * @param labels class names; may be empty
 */
public record LabelledClip(String file, String split, List<String> labels) {
    public LabelledClip {
        labels = List.copyOf(labels);
    }
}
