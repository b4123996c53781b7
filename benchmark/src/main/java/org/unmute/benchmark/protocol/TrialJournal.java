package org.unmute.benchmark.protocol;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmute.benchmark.search.EpochValue;
import org.unmute.benchmark.search.FinishedTrial;
import org.unmute.benchmark.search.Range;
import org.unmute.benchmark.search.SearchSpace;
import org.unmute.benchmark.search.Stage;
import org.unmute.benchmark.search.Study;
import org.unmute.data.json.JsonFields;
import org.unmute.data.json.JsonLines;
import org.unmute.data.provenance.JsonObject;
import org.unmute.files.InputException;

/**
 * {@code trials.jsonl}: one line per finished trial, in order, each forced to disk: {@code
 * {"trial":0,"stage":"sobol","lr":…,"wd":…,"epochs":[{"epoch":1,"validation":…},…],"validation":…,
 * "pruned":false,"seconds":…}}. A null validation score means that the trial diverged.
 */
public final class TrialJournal implements AutoCloseable {
    private final JsonLines lines;

    private TrialJournal(JsonLines lines) {
        this.lines = lines;
    }

    /**
     * Opens the journal and replays its trials into a study.
     *
     * @throws InputException for a line that is not a trial of this search
     */
    public static TrialJournal resume(Path file, SearchSpace space, Study study) throws IOException {
        for (JsonFields line : JsonLines.read(file)) {
            FinishedTrial trial = trial(line, space);
            try {
                study.replay(trial);
            } catch (IllegalArgumentException | IllegalStateException e) {
                throw line.wrong(e.getMessage());
            }
        }
        return new TrialJournal(JsonLines.append(file, true));
    }

    /** Appends a finished trial with its duration in seconds. */
    public void add(FinishedTrial trial, double seconds) throws IOException {
        lines.add(document(trial, seconds));
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }

    private static Map<String, Object> document(FinishedTrial t, double seconds) {
        JsonObject line = new JsonObject()
                .with("trial", t.number())
                .with("stage", t.stage().name().toLowerCase(Locale.ROOT));
        line.putAll(t.values());
        return line.with(
                        "epochs",
                        t.epochs().stream()
                                .map(e -> new JsonObject()
                                        .with("epoch", e.epoch())
                                        .with("validation", e.value()))
                                .toList())
                .with("validation", t.value())
                .with("pruned", t.pruned())
                .with("seconds", seconds);
    }

    static FinishedTrial trial(JsonFields f, SearchSpace space) {
        Map<String, Double> values = new LinkedHashMap<>();
        for (Range range : space.ranges()) {
            values.put(range.name(), f.number(range.name()));
        }
        List<EpochValue> epochs = f.objects("epochs").stream()
                .map(e -> new EpochValue(e.intCount("epoch"), e.number("validation")))
                .toList();
        return new FinishedTrial(
                f.intCount("trial"), stage(f), values, epochs, f.number("validation"), f.flag("pruned"));
    }

    private static Stage stage(JsonFields f) {
        String name = f.text("stage");
        return switch (name) {
            case "sobol" -> Stage.SOBOL;
            case "tpe" -> Stage.TPE;
            default -> throw f.wrong("stage '" + name + "' is neither sobol nor tpe");
        };
    }
}
