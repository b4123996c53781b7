package org.unmute.cli.search;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.unmute.cli.console.CommandException;
import org.unmute.events.search.ExampleReader;
import org.unmute.options.OutputPath;
import picocli.CommandLine.Option;

/** Options that say how a search compares, and with what. */
public final class SearchOptions {
    /** What is compared. */
    public enum By {
        /** Every token of an example with those of each stretch. */
        tokens,
        /** The mean token of an example with that of each stretch. */
        pooled
    }

    @Option(
            names = "--by",
            paramLabel = "WHAT",
            description = "What is compared: tokens (each token of an example with those of each stretch as long as it;"
                    + " tells time and band) or pooled (the mean of its tokens with those of --stretch seconds; fast)"
                    + " (default: tokens if an example of --like is a box, else pooled).")
    private By by;

    @Option(
            names = "--stretch",
            paramLabel = "SECONDS",
            description = "Length of the stretches whose mean tokens are compared (default: ${DEFAULT-VALUE}).")
    private double stretch = 1;

    @Option(
            names = "--candidates",
            paramLabel = "N",
            description =
                    "With tokens: compare them within the N stretches whose mean tokens are nearest to an example's;"
                            + " 0: everywhere (default: 1000, or everywhere in the recordings of --in).")
    private Integer candidates;

    @Option(
            names = "--in",
            paramLabel = "NAME",
            split = ",",
            description = "Search these recordings of the cache only.")
    private List<String> in = new ArrayList<>();

    @Option(
            names = "--any-band",
            description = "With tokens: an example's tokens may match at all frequencies, not only at their own.")
    private boolean anyBand;

    @Option(names = "--top", paramLabel = "N", description = "How many moments to find (default: ${DEFAULT-VALUE}).")
    private int top = 100;

    @OutputPath(OutputPath.Kind.CACHE)
    @Option(
            names = "--index",
            paramLabel = "FILE",
            description = "Keeps the mean tokens of the cache for the next search; made if it is missing or of another"
                    + " state of the cache (default: pooled-SECONDSs.vectors in the cache).")
    private Path index;

    /** @throws CommandException if a number is out of range */
    public void check() {
        if (!(stretch > 0 && stretch <= 3600)) {
            throw CommandException.usage("--stretch must be above 0 and at most 3600 seconds, is " + stretch);
        }
        if (top < 1 || top > 1_000_000) {
            throw CommandException.usage("--top must be 1 to 1000000, is " + top);
        }
        if (candidates != null && (candidates < 0 || candidates > 10_000_000)) {
            throw CommandException.usage("--candidates must be 0 to 10000000, is " + candidates);
        }
    }

    /** Whether tokens are compared. */
    public boolean byTokens(boolean boxes) {
        return by == null ? boxes : by == By.tokens;
    }

    /** Seconds of a stretch. */
    public double stretch() {
        return stretch;
    }

    /** Candidates for the comparison of tokens; 0 for everywhere. */
    public int candidates() {
        return candidates != null ? candidates : in.isEmpty() ? 1000 : 0;
    }

    /**
     * The recordings to search; empty for all.
     *
     * @param reader of the cache
     * @param cache  its folder, for messages
     * @throws CommandException if the cache has no recording of a given name
     */
    public Set<String> recordings(ExampleReader reader, Path cache) throws IOException {
        Set<String> recordings = new TreeSet<>();
        for (String name : in) {
            recordings.add(reader.recording(name)
                    .orElseThrow(() ->
                            CommandException.input("--in " + name + ": the cache has no such recording: " + cache)));
        }
        return recordings;
    }

    /** Whether tokens are compared at all frequencies. */
    public boolean anyBand() {
        return anyBand;
    }

    /** Number of moments. */
    public int top() {
        return top;
    }

    /** The file of the mean tokens. */
    public Path index(Path cache) {
        String seconds = stretch == Math.rint(stretch) ? Long.toString((long) stretch) : Double.toString(stretch);
        return index != null ? index : cache.resolve("pooled-" + seconds + "s.vectors");
    }
}
