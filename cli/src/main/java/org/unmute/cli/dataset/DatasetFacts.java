package org.unmute.cli.dataset;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.unmute.data.provenance.Json;
import org.unmute.data.set.DatasetInfo;

/** What is known of a data set before its files are read. */
public record DatasetFacts(DatasetInfo info) {
    /** The facts as JSON. */
    public ObjectNode document() {
        Map<String, Integer> clips = new LinkedHashMap<>();
        info.parts().forEach((part, n) -> clips.put(part.label(), n));
        return Json.object()
                .put("name", info.name())
                .put("title", info.title())
                .put("classes", info.classes())
                .putPOJO("clips", clips)
                .put("folds", info.folds())
                .put("metric", info.task().metric())
                .put("clipSeconds", info.clipSeconds())
                .put("sampleRate", info.sampleRate())
                .put("mayBeMissing", info.missingShare())
                .put("tree", info.tree())
                .put("source", info.source())
                .put("licence", info.licence())
                .putPOJO("notes", info.notes());
    }

    /** Prints the facts, the files that are expected, and notes. */
    public void print(PrintWriter o) {
        o.println(info.name() + ": " + info.title());
        o.println();
        o.println("classes   " + (info.classes() == 0 ? "from the files" : info.classes()) + ", "
                + info.task().metric());
        o.println("clips     "
                + String.join(
                        ", ",
                        info.parts().entrySet().stream()
                                .map(e -> e.getKey().label() + (e.getValue() == 0 ? "" : " " + e.getValue()))
                                .toList())
                + (info.folds() > 1 ? "; " + info.folds() + " folds" : ""));
        o.println("length    " + (info.clipSeconds() == 0 ? "differs" : info.clipSeconds() + " s")
                + (info.sampleRate() == 0 ? "" : " at " + info.sampleRate() + " Hz"));
        o.println("from      " + info.source());
        o.println("licence   " + info.licence());
        o.println("missing   "
                + (info.missingShare() == 0
                        ? "no clip"
                        : "up to " + Math.round(info.missingShare() * 100) + " % of the clips")
                + " may be, unless --max-missing allows more");
        o.println();
        o.print(info.tree());
        o.println();
        info.notes().forEach(o::println);
    }
}
