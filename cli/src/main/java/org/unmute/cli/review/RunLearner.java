package org.unmute.cli.review;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.unmute.cli.console.PlainWriter;
import org.unmute.cli.search.FindFolder;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.verdict.VerdictLog;
import org.unmute.events.review.ListedEvents;
import org.unmute.events.review.ReviewComparison;
import org.unmute.events.scoring.ProbeFiles;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.probes.cache.TokenCache;

/**
 * Repeats the commands that found the events, as their records have them: trains the probe again with the verdicts as
 * further labels, then finds events with it.
 */
public final class RunLearner implements Learner {
    private static final String PROBE = "--probe";
    private static final String OUT = "--out";
    private static final String CACHE = "--cache";
    private static final String SAMPLE = "--train-on-sample";

    private final ListedEvents list;
    private final Path events;
    private final Path run;
    /** Name of the probe in the folder of its run, if detection named a file; else empty. */
    private final String file;

    private final List<String> cache;
    private final List<String> training;
    private final List<String> detection;
    private final Runner runner;

    /** Runs a command of this program. */
    @FunctionalInterface
    public interface Runner {
        /**
         * Runs it in this process.
         *
         * @param args the command line without the program's name
         * @return the exit status
         */
        int run(PrintWriter out, PrintWriter err, List<String> args);
    }

    private RunLearner(
            ListedEvents list,
            Path events,
            Path run,
            String file,
            List<String> cache,
            List<String> training,
            List<String> detection,
            Runner runner) {
        this.cache = cache;
        this.list = list;
        this.events = events;
        this.run = run;
        this.file = file;
        this.training = training;
        this.detection = detection;
        this.runner = runner;
    }

    /**
     * Finds out how the events of a folder came about.
     *
     * @param list   the events
     * @param events the folder of {@code unmute detect}
     * @param cache  token cache of the recordings; null if it is that of the training
     * @return empty if the folder or the run of its probe has no record of such a command
     * @throws IOException if a record cannot be read
     */
    public static Optional<RunLearner> of(ListedEvents list, Path events, Path cache, Runner runner)
            throws IOException {
        Path found = events.toAbsolutePath().normalize().getParent();
        if (isSearch(events) && !command(found, "find").isEmpty()) {
            FindFolder folder = FindFolder.read(found);
            return Optional.of(new RunLearner(
                    list, folder.events(), folder.run(), "", List.of(), folder.training(), folder.detection(), runner));
        }
        List<String> detection = command(events, "detect");
        Path run = run(detection);
        if (run == null || !detection.contains(OUT)) {
            return Optional.empty();
        }
        Path named = Path.of(detection.get(detection.indexOf(PROBE) + 1));
        boolean isFile = RegularFile.isFile(named);
        List<String> training = command(run, "probe");
        if (!training.contains(OUT)) {
            return Optional.empty();
        }
        List<String> tokens = cache == null ? List.of() : List.of("--verdict-cache", cache.toString());
        return Optional.of(new RunLearner(
                list,
                events,
                run,
                isFile && !ProbeFiles.isPacked(named) ? named.getFileName().toString() : "",
                tokens,
                training,
                withCache(detection, tokens, training, list),
                runner));
    }

    /** The folder of the training whose probe a command names; null if it names none. */
    static Path run(List<String> detection) throws IOException {
        int probe = detection.indexOf(PROBE) + 1;
        if (probe == 0 || probe >= detection.size()) {
            return null;
        }
        Path named = Path.of(detection.get(probe));
        return RegularFile.isFile(named) ? named.toAbsolutePath().getParent() : named;
    }

    /** The detection on cached tokens, where a cache that the training names has reviewed recordings. */
    private static List<String> withCache(
            List<String> detection, List<String> given, List<String> training, ListedEvents list) {
        if (detection.contains(CACHE)) {
            return detection;
        }
        List<String> named = new ArrayList<>(given);
        named.addAll(training);
        for (String option : List.of("--verdict-cache", CACHE)) {
            int at = named.indexOf(option) + 1;
            if (at > 0 && at < named.size() && hasRecordings(Path.of(named.get(at)), list)) {
                List<String> all = new ArrayList<>(detection);
                all.addAll(List.of(CACHE, named.get(at)));
                return List.copyOf(all);
            }
        }
        return detection;
    }

    private static boolean hasRecordings(Path cache, ListedEvents list) {
        if (!Files.isDirectory(cache)) {
            return false;
        }
        try (TokenCache tokens = TokenCache.open(cache)) {
            return list.recordings().keySet().stream()
                    .anyMatch(recording -> tokens.find(recording).isPresent());
        } catch (IOException e) {
            return false; // the training says what is wrong with it
        }
    }

    /**
     * Whether {@code unmute search} filled a folder.
     *
     * @throws IOException if its record cannot be read
     */
    public static boolean isSearch(Path folder) throws IOException {
        return !command(folder, "search").isEmpty();
    }

    /** The command that filled a folder, without the program's name; empty if its record tells none of this name. */
    static List<String> command(Path folder, String name) throws IOException {
        Path record = folder.resolve(RunRecord.FILE);
        if (!RegularFile.isFolder(folder) || !RegularFile.isFile(record)) {
            return List.of();
        }
        List<String> line = recorded(folder, "/command");
        line.removeAll(List.of("-q", "--quiet", "--json")); // the page shows how far it is
        boolean own = line.size() > 1 && line.get(1).equals(name);
        return own ? List.copyOf(line.subList(1, line.size())) : List.of();
    }

    /** A command line in the record of a folder. */
    private static List<String> recorded(Path folder, String pointer) throws IOException {
        List<String> line = new ArrayList<>();
        for (JsonNode word : Json.read(folder.resolve(RunRecord.FILE)).at(pointer)) {
            line.add(word.asText());
        }
        return line;
    }

    private static List<String> with(List<String> line, String option, String value) {
        List<String> all = new ArrayList<>(line);
        all.set(all.indexOf(option) + 1, value);
        return all;
    }

    /** The training with the verdicts of these events, and of those from which it has learned before. */
    private List<String> training(Path to, boolean withSample) {
        List<String> line = new ArrayList<>(with(training, OUT, to.toString()));
        if (!line.contains(events.toString())) {
            line.addAll(List.of("--verdicts", events.toString()));
        }
        if (!cache.isEmpty() && !line.contains(cache.getFirst())) {
            line.addAll(cache);
        }
        if (withSample && !line.contains(SAMPLE)) {
            line.add(SAMPLE);
        }
        return line;
    }

    private List<String> detection(Path probe) {
        return with(
                with(detection, PROBE, probe.resolve(file).toString()),
                OUT,
                eventsOf(probe).toString());
    }

    private static Path eventsOf(Path probe) {
        return probe.resolveSibling(probe.getFileName() + "-events");
    }

    /** The first folder beside the run that does not exist. */
    private Path next() throws IOException {
        for (int i = 1; ; i++) {
            Path next = run.toAbsolutePath().normalize();
            next = next.resolveSibling(next.getFileName() + "-learned-" + i);
            if (!RegularFile.exists(next) && !RegularFile.exists(eventsOf(next))) {
                return next;
            }
        }
    }

    @Override
    public List<String> commands() {
        Path to = run.resolveSibling(run.getFileName() + "-learned-1");
        return List.of("unmute " + String.join(" ", training(to, false)), "unmute " + String.join(" ", detection(to)));
    }

    @Override
    public Learned learn(boolean withSample, VerdictLog log, Consumer<String> progress) throws IOException {
        Path probe = next();
        step(training(probe, withSample), progress);
        step(detection(probe), progress);
        ListedEvents after = ListedEvents.read(eventsOf(probe), list.floor());
        return new Learned(
                List.of(
                        "The probe is in " + probe + ", its events are in " + eventsOf(probe) + ".",
                        "Its precision needs a new sample: unmute review " + eventsOf(probe) + " --audio …"),
                ReviewComparison.of(list, after, log));
    }

    private void step(List<String> line, Consumer<String> progress) throws IOException {
        String name = "unmute " + line.getFirst() + ": ";
        LastLine said = new LastLine(text -> progress.accept(name + text));
        progress.accept(name + "starts");
        int status = runner.run(PlainWriter.to(new StringWriter()), PlainWriter.to(said), line);
        if (status != 0) {
            throw new InputException(name + said.last);
        }
    }

    /** Passes on each line as it ends, also one that a progress display overwrites. */
    private static final class LastLine extends Writer {
        private final Consumer<String> lines;
        private final StringBuilder line = new StringBuilder();
        private String last = "it failed";

        LastLine(Consumer<String> lines) {
            this.lines = lines;
        }

        @Override
        public void write(char[] text, int from, int length) {
            for (int i = from; i < from + length; i++) {
                if (text[i] == '\n' || text[i] == '\r') {
                    end();
                } else {
                    line.append(text[i]);
                }
            }
        }

        private void end() {
            if (!line.toString().isBlank()) {
                last = line.toString().strip();
                lines.accept(last);
            }
            line.setLength(0);
        }

        @Override
        public void flush() {
            // A line is passed on when it ends.
        }

        @Override
        public void close() {
            end();
        }
    }
}
