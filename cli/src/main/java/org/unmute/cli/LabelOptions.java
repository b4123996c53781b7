package org.unmute.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.unmute.probes.data.LabelSet;
import org.unmute.probes.data.Manifest;
import org.unmute.probes.data.ManifestFormat;
import picocli.CommandLine.Option;

/** Options that name a label file and say how to read it. */
final class LabelOptions {
    @Option(names = "--labels", paramLabel = "FILE", required = true,
            description = "CSV (or .tsv) with a header: a column with the file below the root of the recordings, one with its labels "
                    + "(several separated by ';'), and usually one with the split.")
    private Path labels;

    @Option(names = "--file-column", paramLabel = "NAME", description = "Column of the file (found by itself if named file, filename, path or fname).")
    private String fileColumn;

    @Option(names = "--label-column", paramLabel = "NAME", description = "Column of the labels (labels, label, category or class).")
    private String labelColumn;

    @Option(names = "--split-column", paramLabel = "NAME", description = "Column of the split (split or fold).")
    private String splitColumn;

    @Option(names = "--separator", paramLabel = "TEXT", description = "Text between two labels of one clip.")
    private String separator;

    @Option(names = "--vocabulary", paramLabel = "FILE",
            description = "Class names in order, one a line or as CSV (default: all labels of the file, sorted).")
    private Path vocabulary;

    /** The label file. */
    Path file() {
        return labels;
    }

    /** All rows. */
    Manifest read() throws IOException {
        return read(vocabulary == null ? null : LabelSet.read(vocabulary));
    }

    /** All rows, with classes given by a probe or a table of scores; a vocabulary given as an option must agree. */
    Manifest read(List<String> classes) throws IOException {
        LabelSet fixed = LabelSet.of(classes);
        if (vocabulary != null && !LabelSet.read(vocabulary).names().equals(classes)) {
            throw new CommandException(ExitCode.INPUT, vocabulary + " has other classes than the scores: " + LabelSet.read(vocabulary).size()
                    + " against " + classes.size() + ", or another order");
        }
        return read(fixed);
    }

    private Manifest read(LabelSet names) throws IOException {
        return Manifest.read(labels, new ManifestFormat(fileColumn, labelColumn, splitColumn, separator), names);
    }

    /** The rows of some splits; all rows if the file has no split column. */
    static Manifest in(Manifest manifest, List<String> splits) {
        try {
            return manifest.splits().equals(List.of("")) ? manifest : manifest.inSplits(splits);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.INPUT, e.getMessage() + ": choose with --split", e);
        }
    }

    /** The rows whose files are among these ids. */
    static Manifest.Matched matched(Manifest manifest, Collection<String> ids) {
        try {
            return manifest.matchedTo(ids);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.INPUT, e.getMessage(), e);
        }
    }
}
