package org.unmute.experiments.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;
import org.unmute.experiments.provenance.Units;

/** Checks what a job on Apache Spark wrote, except its token cache. */
final class JobOutput {
    /** What all results of a job have in common. */
    static final String KEY = "key.json";
    /** Where tasks write what does not count yet. */
    static final String ATTEMPTS = "_attempts";

    private static final Pattern PART = Pattern.compile("part-\\d{5,9}[0-9A-Za-z.-]*\\.parquet");
    private static final String MAGIC = "PAR1";

    private JobOutput() {}

    /** Whether a folder is that of a job. */
    static boolean isOne(FolderCheck.Listing all) {
        return all.has(KEY) && all.hasFolder("tokens") && all.hasFolder("index");
    }

    /** What is left of runs that were killed. */
    static void attempts(FolderCheck.Listing all, FolderCheck.Scope scope) {
        if (all.hasFolder(ATTEMPTS)) {
            scope.item()
                    .add(
                            Finding.Kind.UNFINISHED,
                            all.folder().resolve(ATTEMPTS),
                            "a job was killed, or is still going on",
                            "submit the job again: it finishes what was committed, and goes on after that");
        }
    }

    /**
     * Checks the parts of a table that count: against the manifest where there is one, and that each is a whole Parquet
     * file.
     *
     * @return what it holds, in words
     */
    static String table(FolderCheck.Listing all, FolderCheck.Scope scope, Findings findings) throws IOException {
        ManifestFiles.Result named = ManifestFiles.check(all, PART, scope);
        int parts = 0;
        for (Path file : all.files()) {
            if (named.unnamed().contains(file)) {
                findings.done(file);
            } else if (PART.matcher(file.getFileName().toString()).matches()) {
                parts++;
                if (!isWhole(file)) {
                    scope.item()
                            .add(
                                    Finding.Kind.DAMAGED,
                                    file,
                                    "it is no whole Parquet file",
                                    "delete the files with its number in tokens, index and events, and submit the job"
                                            + " again");
                }
                findings.done(file);
            }
        }
        return Units.count(parts, "part");
    }

    /** Whether a file begins and ends as a Parquet file does. */
    private static boolean isWhole(Path file) throws IOException {
        byte[] magic = MAGIC.getBytes(StandardCharsets.US_ASCII);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer ends = ByteBuffer.allocate(2 * magic.length);
            if (channel.size() < 3L * magic.length) {
                return false;
            }
            channel.read(ends.slice(0, magic.length), 0);
            channel.read(ends.slice(magic.length, magic.length), channel.size() - magic.length);
            return new String(ends.array(), StandardCharsets.US_ASCII).equals(MAGIC + MAGIC);
        }
    }
}
