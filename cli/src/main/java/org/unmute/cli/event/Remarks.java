package org.unmute.cli.event;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.unmute.data.MalformedTableException;
import org.unmute.events.strong.MatchedEvents;

/** Remarks on what was left out of a comparison. */
final class Remarks {
    private static final int NAMED = 5;

    private Remarks() {}

    /** Joins the first names of a list, escaped and shortened. */
    static String names(Collection<String> names) {
        return names.stream().limit(NAMED).map(MalformedTableException::quote).collect(Collectors.joining(", "))
                + (names.size() > NAMED ? ", …" : "");
    }

    private static String counted(Map<String, Integer> counts) {
        return counts.entrySet().stream()
                        .limit(NAMED)
                        .map(e -> MalformedTableException.quote(e.getKey()) + " (" + e.getValue() + ")")
                        .collect(Collectors.joining(", "))
                + (counts.size() > NAMED ? ", …" : "");
    }

    /**
     * Adds remarks on the events of a table that were left out.
     *
     * @param what  what the events are, such as "reference events"
     * @param where where the recordings that count are, for the text
     */
    static void add(List<String> remarks, MatchedEvents matched, String what, String where) {
        if (!matched.missing().isEmpty()) {
            remarks.add(matched.missing().size() + " recordings with " + matched.eventsMissing() + " " + what
                    + " are not " + where + " and do not count: "
                    + names(matched.missing().keySet()));
        }
        if (!matched.unknown().isEmpty()) {
            int events = matched.unknown().values().stream().mapToInt(n -> n).sum();
            remarks.add(events + " " + what + " of " + matched.unknown().size() + " other classes do not count: "
                    + counted(matched.unknown()) + ": if a class only has another name, use --rename OLD=NEW");
        }
        if (matched.unlabelled() > 0) {
            remarks.add(matched.unlabelled() + " " + what + " have no label and do not count");
        }
    }
}
