package org.unmute.cli.eval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.unmute.cli.console.CommandRun;
import org.unmute.options.OutputPath;
import picocli.CommandLine.Option;

/** Options of what is shown of scores, and where they are written. */
public final class ScoreOutput {
    @Option(
            names = "--per-class",
            description =
                    "Print the average precision of each class, and precision, recall and F1 at its learned threshold.")
    private boolean perClass;

    @OutputPath(OutputPath.Kind.FILE)
    @Option(
            names = "--confusion",
            paramLabel = "FILE",
            description = "Write the confusion matrix of a set with one class a clip to this CSV file: a row for each"
                    + " true class, a column for each predicted one.")
    private Path confusion;

    @OutputPath(OutputPath.Kind.FOLDER)
    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Write eval.json here (default: the folder of --probe; none if that is a file).")
    private Path out;

    /** Whether each class is shown. */
    public boolean perClass() {
        return perClass;
    }

    /** The folder that was given; null if none was. */
    public Path out() {
        return out;
    }

    /** The folder that receives the scores of a source; null if they are only printed. */
    public Path target(EvaluatedSource source) {
        return out != null ? out : source.probe() != null && Files.isDirectory(source.probe()) ? source.probe() : null;
    }

    /**
     * Writes the confusion matrix, if it is wanted.
     *
     * @throws org.unmute.cli.console.CommandException if a clip has not exactly one class
     * @throws IOException if the file cannot be written
     */
    public void confuse(ClipEvaluation evaluation, CommandRun run) throws IOException {
        if (confusion != null) {
            evaluation.writeConfusion(confusion, run);
        }
    }
}
