package org.unmute.data.set;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.unmute.data.Part;
import org.unmute.data.Task;

/**
 * Facts about a data set that are known without opening it.
 *
 * @param name short name, as in the paper
 * @param title its full name
 * @param task multi-label or single-label; decides the metric
 * @param classes number of classes in the paper; 0 if the files decide
 * @param parts the parts, with the published number of clips; 0 if unknown
 * @param folds number of cross-validation folds; 0 for fixed parts
 * @param clipSeconds length of a clip in seconds; 0 if it varies
 * @param sampleRate rate of its files in Hz; 0 if it varies
 * @param missingShare share of listed clips that may be missing before reading fails, from 0 to 1; above 0 if copies
 *     are never complete
 * @param tree the expected files, as lines to print
 * @param source where to obtain it
 * @param licence its licence terms
 * @param notes verified facts and assumptions, one sentence each
 */
public record DatasetInfo(
        String name,
        String title,
        Task task,
        int classes,
        Map<Part, Integer> parts,
        int folds,
        double clipSeconds,
        int sampleRate,
        double missingShare,
        String tree,
        String source,
        String licence,
        List<String> notes) {
    public DatasetInfo {
        parts = Collections.unmodifiableMap(new EnumMap<>(parts));
        notes = List.copyOf(notes);
    }

    /** Advice on a missing file, used at the end of a message. */
    String advice() {
        return ": 'unmute datasets " + name + "' prints the files expected (DatasetInfo.tree); the set is from "
                + source;
    }
}
