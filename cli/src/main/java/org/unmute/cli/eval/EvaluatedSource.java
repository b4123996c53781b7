package org.unmute.cli.eval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.unmute.cli.console.CommandException;
import org.unmute.files.RegularFile;
import org.unmute.options.InputPath;
import org.unmute.options.ProbeOption;
import picocli.CommandLine.Option;

/** Options for the probes or scores to evaluate; exactly one is given. */
public final class EvaluatedSource {
    @InputPath
    @Option(
            names = "--probe",
            paramLabel = "PATH",
            description = ProbeOption.DESCRIPTION + " Of a run with several seeds, all are scored.")
    private Path probe;

    /** How earlier versions named the folder of a run. */
    @InputPath
    @Option(names = "--run", paramLabel = "PATH", hidden = true)
    private Path run;

    @InputPath
    @Option(names = "--scores", paramLabel = "FILE", description = "CSV with a column 'file' and one column per class.")
    private Path scores;

    @InputPath
    @Option(
            names = "--detections",
            paramLabel = "FILE",
            description = "Events that any program found, in a format that --events reads, or a folder of such"
                    + " files; needs --events.")
    private Path detections;

    @InputPath
    @Option(
            names = "--frame-scores",
            paramLabel = "DIR",
            description = "Scores over time, one .tsv a recording as sed_scores_eval writes it: onset, offset and"
                    + " one column a class; needs --events.")
    private Path frameScores;

    @Option(
            names = "--retrieval",
            description = "No probe: how well each clip of --cache finds those that share a label with it, ranked by"
                    + " the cosine of their mean tokens.")
    private boolean retrieval;

    /** The probe or the folder of a run, however it was named; null without one. */
    public Path probe() {
        return probe != null ? probe : run;
    }

    /**
     * Whether a folder is that of the run whose probes are evaluated.
     *
     * @throws IOException if this cannot be determined
     */
    public boolean isFolder(Path folder) throws IOException {
        return probe() != null && RegularFile.isFolder(folder) && Files.isSameFile(folder, probe());
    }

    /** Scores of whole clips; null if they are not given. */
    public Path scores() {
        return scores;
    }

    /** Events that were found; null if they are not given. */
    public Path detections() {
        return detections;
    }

    /** Scores over time; null if they are not given. */
    public Path frameScores() {
        return frameScores;
    }

    /** Whether clips are ranked, without a probe. */
    public boolean isRetrieval() {
        return retrieval;
    }

    /**
     * Checks that whole clips, or events, can be scored.
     *
     * @param events whether events are to be scored
     * @throws CommandException if the source is of the other kind
     */
    public void requireValid(boolean events) {
        if (events && retrieval) {
            throw CommandException.usage("--retrieval ranks whole clips: leave --events out");
        }
        if (!events && probe() == null && scores == null && !retrieval) {
            throw CommandException.usage("--detections and --frame-scores need --events: what should have been found");
        }
    }

    /** Requires a cache, for the sources that need one. */
    public void requireCache(Path cache) {
        if (cache == null) {
            throw CommandException.usage(
                    (retrieval ? "--retrieval" : "--probe") + " needs --cache: the token cache of the clips to score");
        }
    }
}
