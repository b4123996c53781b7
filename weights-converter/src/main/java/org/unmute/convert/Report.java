package org.unmute.convert;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a key map makes of a file's tensors. Every tensor of the file is in exactly one of the first three, in the file's
 * order.
 *
 * @param keyMap the map's name
 * @param kept names that stay as they are
 * @param renamed new names by the file's names
 * @param dropped reasons by the names of tensors that are left out
 * @param missing canonical names that the map requires and the file does not give
 */
public record Report(String keyMap, List<String> kept, Map<String, String> renamed, Map<String, String> dropped,
        List<String> missing) {
    /** Copies the collections. */
    public Report {
        kept = List.copyOf(kept);
        renamed = Collections.unmodifiableMap(new LinkedHashMap<>(renamed));
        dropped = Collections.unmodifiableMap(new LinkedHashMap<>(dropped));
        missing = List.copyOf(missing);
    }

    /** Whether nothing is missing. */
    public boolean complete() {
        return missing.isEmpty();
    }

    /** Names of the tensors that are written, by the file's names; kept ones map to themselves. */
    public Map<String, String> written() {
        Map<String, String> all = new LinkedHashMap<>(renamed);
        kept.forEach(name -> all.put(name, name));
        return all;
    }

    /** The report in lines for a person: counts first, then every tensor that is not simply kept. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(keyMap + ": " + kept.size() + " kept, " + renamed.size() + " renamed, " + dropped.size() + " dropped, "
                + missing.size() + " missing");
        renamed.forEach((from, to) -> lines.add("renamed " + from + " -> " + to));
        dropped.forEach((name, reason) -> lines.add("dropped " + name + ": " + reason));
        missing.forEach(name -> lines.add("missing " + name));
        return lines;
    }
}
