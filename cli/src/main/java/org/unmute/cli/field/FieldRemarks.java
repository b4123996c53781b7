package org.unmute.cli.field;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.unmute.files.PlainText;

/** Says what is odd about the times and places of recordings. */
public final class FieldRemarks {
    /** Maximum number of recordings whose problems are listed. */
    private static final int SHOWN = 8;

    private FieldRemarks() {}

    /**
     * Names the first recordings with problems, and how many more there are.
     *
     * @param problems by recording, in the order in which they are listed
     * @param table    the table that has all of them; null if none has
     */
    public static void tell(Map<String, List<String>> problems, String table, Consumer<String> tell) {
        problems.entrySet().stream()
                .limit(SHOWN)
                .forEach(odd -> tell.accept(PlainText.of(odd.getKey() + ": " + String.join("; ", odd.getValue()))));
        if (problems.size() > SHOWN) {
            tell.accept("time and place of " + (problems.size() - SHOWN) + " more recordings: problems"
                    + (table == null ? "" : " in " + table));
        }
    }
}
