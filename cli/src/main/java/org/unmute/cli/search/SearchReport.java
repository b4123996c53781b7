package org.unmute.cli.search;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.Units;
import org.unmute.events.detection.DetectionSettings;
import org.unmute.events.detection.OutputFormat;
import org.unmute.events.search.Example;
import org.unmute.events.search.Moment;
import org.unmute.events.search.MomentSearch;
import org.unmute.files.FileFailure;
import org.unmute.files.RegularFile;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.vector.VectorIndexHead;

/**
 * What a search found.
 *
 * @param out     folder of the tables
 * @param found   by class
 * @param top     the number of moments that was asked for
 * @param formats of the tables
 * @param stored  recordings that were stored now
 * @param root    folder of the recordings; null if it is not known
 */
public record SearchReport(
        Path out, Map<String, MomentSearch.Found> found, int top, Set<OutputFormat> formats, int stored, Path root) {
    private static final int SHOWN = 10;

    /** The result as JSON. */
    public record Result(
            String out,
            int found,
            int alreadyPresent,
            int events,
            String label,
            String searched,
            double seconds,
            String audio,
            List<String> files,
            List<Row> moments) {}

    /** A moment as JSON. */
    public record Row(String label, String file, double start, double end, double low, double high, float score) {}

    /**
     * The folder of recordings that {@code embed} read into a cache; null if its record does not name one, or it is not
     * there.
     */
    public static Path recordings(Path cache) throws IOException {
        Path file = cache.resolve(RunRecord.FILE);
        if (!RegularFile.isFile(file)) {
            return null;
        }
        String audio = null;
        String before = "";
        byte[] run = FileFailure.naming(file, () -> Files.readAllBytes(file));
        for (JsonNode word : Json.MAPPER.readTree(run).path("command")) {
            String text = word.asText();
            audio = before.equals("--audio") ? text : text.startsWith("--audio=") ? text.substring(8) : audio;
            before = text;
        }
        return audio != null && RegularFile.isFolder(Path.of(audio)) ? Path.of(audio) : null;
    }

    /** What determines the moments in a folder. */
    public static DetectionSettings settings(
            TokenCache tokens,
            SearchOptions how,
            ExampleOptions examples,
            Map<String, List<Example>> classes,
            List<Example> unlike,
            Set<String> recordings,
            Path audio) {
        List<Example> like = classes.values().stream().flatMap(List::stream).toList();
        boolean byTokens = how.byTokens(like.stream().anyMatch(Example::isBox));
        Map<String, String> all = new LinkedHashMap<>();
        all.put("command", "search");
        all.put("tokens", VectorIndexHead.digest(tokens));
        all.put("like", joined(like));
        all.put("unlike", joined(unlike));
        all.put("recordings", recordings.isEmpty() ? "all" : String.join(", ", recordings));
        all.put("by", byTokens ? how.anyBand() ? "whitened tokens at all frequencies" : "whitened tokens" : "pooled");
        all.put("stretch", how.stretch() + " s");
        all.put("candidates", byTokens && how.candidates() > 0 ? Units.count(how.candidates(), "candidate") : "all");
        all.put("top", Integer.toString(how.top()));
        if (!examples.eachClass()) {
            all.put("label", classes.keySet().iterator().next());
        }
        all.put("audio", audio == null ? "as recorded" : audio.toString());
        DetectionSettings settings = new DetectionSettings(all);
        return examples.eachClass() ? settings.withSought(classes.keySet()) : settings;
    }

    private static String joined(List<Example> examples) {
        return examples.stream().map(Example::toString).collect(Collectors.joining(", "));
    }

    /** The result as JSON. */
    public Result result() {
        int recordings = (int)
                moments().map(Ranked::moment).map(Moment::recording).distinct().count();
        List<String> files = new ArrayList<>();
        for (OutputFormat format : formats) {
            if (format.combined() != null) {
                files.add(format.combined());
            }
            if (format.folder() != null && recordings > 0) {
                files.add(format.folder() + "/");
            }
        }
        List<Row> rows = moments()
                .map(one -> new Row(
                        one.label,
                        one.moment.recording(),
                        one.moment.start(),
                        one.moment.end(),
                        one.moment.band().low(),
                        one.moment.band().high(),
                        one.moment.score()))
                .toList();
        return new Result(
                out.toString(),
                stored,
                recordings - stored,
                rows.size(),
                String.join(", ", found.keySet()),
                first().searched(),
                first().seconds(),
                root == null ? null : root.toAbsolutePath().normalize().toString(),
                files,
                rows);
    }

    /** Adds the result to the record of the run. */
    public RunRecord note(RunRecord record) {
        return record.result("detected", result());
    }

    /** A moment of a class. */
    private record Ranked(String label, Moment moment) {}

    /** Those of each class, best first. */
    private Stream<Ranked> moments() {
        return found.entrySet().stream()
                .flatMap(one -> one.getValue().moments().stream().map(m -> new Ranked(one.getKey(), m)));
    }

    /** What was found of the first class: all are searched for in the same way. */
    private MomentSearch.Found first() {
        return found.values().iterator().next();
    }

    /** Prints the best moments and what was searched. */
    public void print(PrintWriter o) {
        ConsoleTable table = new ConsoleTable("class", "recording", "start", "end", "low Hz", "high Hz", "score");
        found.forEach((label, of) -> of.moments().stream()
                .limit(SHOWN)
                .forEach(m -> table.row(
                        label,
                        m.recording(),
                        m.start(),
                        m.end(),
                        Math.round(m.band().low()),
                        Math.round(m.band().high()),
                        m.score())));
        table.decimals(3).print(o);
        o.println();
        int all = (int) moments().count();
        boolean more = found.values().stream().anyMatch(of -> of.moments().size() > SHOWN);
        o.println(out + ": the " + Units.count(all, "nearest moment")
                + (more ? ", of which the table shows " + SHOWN + (found.size() > 1 ? " of each class" : "") : "")
                + "; "
                + first().searched());
        if (first().isByTokens()
                && found.values().stream().anyMatch(of -> of.moments().size() < top)) {
            o.println("fewer than --top " + top + ": of all stretches that begin within the length of the longest"
                    + " example of each other, only the best is a moment");
        }
        o.println("written: " + String.join(", ", result().files()) + ", run.json");
    }
}
