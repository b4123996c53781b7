package org.unmute.data.verdict;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmute.data.json.JsonFields;
import org.unmute.data.json.JsonLines;
import org.unmute.data.provenance.FolderManifest;
import org.unmute.files.AtomicFile;
import org.unmute.files.FolderLock;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.files.Sha256;

/**
 * The verdicts on the events of a folder, in {@value #FILE}: an append-only file of checksummed JSON lines (see {@link
 * JsonLines}). A verdict is on the device when {@link #add} returns, so that a killed process loses at most the one
 * that it was writing. One process at a time may write; its threads share one journal.
 *
 * <p>The file may only grow. A {@linkplain FolderManifest#beside manifest beside it} states an extent that it had, now
 * and then and when it is closed, so that it is noticed if lines at its end, or the whole file, are gone.
 */
public final class VerdictJournal implements AutoCloseable {
    /** Name of the file in the folder of the events. */
    public static final String FILE = "verdicts.jsonl";

    private static final String FORMAT = "unmute-verdicts-1";
    /** What to do about damage. */
    public static final String REMEDY = "put a copy of " + FILE
            + " back; without one, delete the line that is named, if" + " any, and all lines after it, and " + FILE
            + ".manifest.json: the verdicts that are left then count";

    private static final String HINT = ": the verdicts were changed or are of another version: " + REMEDY;
    /** Verdicts after which the extent of the file is stated again; a sixteenth of them if that is more. */
    private static final int STATED = 16;

    private final Path file;
    private final FolderLock lock;
    private final long lost;
    private final Map<Long, Verdict> standing;
    private long undone;
    private long next;
    /** Null after a failure to write, until the next verdict. */
    private JsonLines lines;

    private boolean closed;
    /** The number of the next verdict when the extent of the file was stated. */
    private long stated;

    private VerdictJournal(Path file, FolderLock lock, Content content, long lost, JsonLines lines) {
        this.file = file;
        this.lock = lock;
        this.lost = lost;
        standing = new LinkedHashMap<>(content.log.numbered());
        undone = content.log.undone();
        next = content.next;
        this.lines = lines;
    }

    private record Content(VerdictLog log, long next, boolean isNew) {}

    /**
     * Opens the journal of a folder for adding verdicts, and creates it if needed. A line that a killed process left
     * unfinished is cut off.
     *
     * @param folder an existing folder
     * @throws FolderLock.HeldException if another process, or this one already, adds verdicts to it
     * @throws InputException if the file is damaged or of another version; names the line
     * @throws IOException if the file cannot be read or written
     */
    public static VerdictJournal open(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        FolderLock lock = FolderLock.acquireFor(file);
        JsonLines lines = null;
        try {
            Content content = content(file);
            long before = RegularFile.exists(file) ? Files.size(file) : 0;
            lines = JsonLines.appendApart(file);
            long lost = before - Files.size(file);
            if (content.isNew) {
                lines.add(Map.of("format", FORMAT));
            }
            VerdictJournal journal = new VerdictJournal(file, lock, content, lost, lines);
            journal.state();
            return journal;
        } catch (IOException | RuntimeException e) {
            try (lock;
                    JsonLines _ = lines) {
                throw e;
            }
        }
    }

    /**
     * The verdicts of a folder, without opening its journal for writing; empty if there are none. An unfinished last
     * line is left out.
     *
     * @throws InputException if the file is damaged or of another version; names the line
     * @throws IOException if the file cannot be read
     */
    public static VerdictLog read(Path folder) throws IOException {
        return content(folder.resolve(FILE)).log;
    }

    /** Whether a folder has a journal of verdicts. */
    public static boolean isIn(Path folder) throws IOException {
        return RegularFile.isFile(folder.resolve(FILE));
    }

    private static Content content(Path file) throws IOException {
        List<JsonFields> all = JsonLines.read(file, HINT);
        requireGrown(file);
        Map<Long, Verdict> standing = new LinkedHashMap<>();
        long undone = 0;
        long next = 1;
        for (JsonFields line : all) {
            if (line == all.getFirst()) {
                requireOwnVersion(line, file);
            } else if (line.has("undo")) {
                if (standing.remove(line.whole("undo")) == null) {
                    throw line.wrong("undoes verdict " + line.whole("undo") + ", which does not stand");
                }
                undone++;
            } else {
                if (line.whole("verdict") != next) {
                    throw line.wrong("is verdict " + line.whole("verdict") + ", not " + next);
                }
                standing.put(next++, VerdictCodec.read(line));
            }
        }
        return new Content(new VerdictLog(standing, undone), next, all.isEmpty());
    }

    private static void requireGrown(Path file) throws IOException {
        Path manifest = FolderManifest.beside(file);
        if (!RegularFile.isFile(manifest)) {
            return; // of a version before, or without a verdict
        }
        FolderManifest extent;
        try {
            extent = FolderManifest.read(manifest);
        } catch (InputException e) {
            throw new InputException(e.getMessage() + ": delete it, opening the verdicts writes it again", e);
        }
        for (FolderManifest.Entry entry : extent.files()) {
            Optional<String> problem = FolderManifest.problemOfGrowing(entry, file);
            if (problem.isPresent()) {
                throw new InputException(file + ": " + problem.get() + ": " + REMEDY);
            }
        }
    }

    /** States the extent of the file. */
    private void state() throws IOException {
        FolderManifest.Entry entry = new FolderManifest.Entry(FILE, Files.size(file), Sha256.of(file), List.of());
        AtomicFile.write(FolderManifest.beside(file), new FolderManifest(true, List.of(entry)).encode());
        stated = next;
    }

    private static void requireOwnVersion(JsonFields first, Path file) {
        String format = first.text("format", "");
        if (!format.equals(FORMAT)) {
            throw first.wrong(
                    format.startsWith("unmute-verdicts-")
                            ? "written by another version of unmute, as '" + format + "'; this one reads '" + FORMAT
                                    + "'"
                            : file.getFileName() + " is no journal of verdicts: its first line must be format '"
                                    + FORMAT + "'");
        }
    }

    /** The file. */
    public Path file() {
        return file;
    }

    /** Bytes of an unfinished last line that were cut off when the journal was opened. */
    public long lost() {
        return lost;
    }

    /** The verdicts in force. */
    public synchronized VerdictLog log() {
        return new VerdictLog(standing, undone);
    }

    /**
     * Adds a verdict and waits until it is on the device.
     *
     * @return its number, from 1
     * @throws IOException if it cannot be written; it then does not count, and the next one may be
     */
    public synchronized long add(Verdict verdict) throws IOException {
        write(VerdictCodec.write(next, verdict));
        standing.put(next, verdict);
        long number = next++;
        if (next - stated >= Math.max(STATED, next / STATED)) {
            try {
                state();
            } catch (IOException e) {
                // The verdict is stored; the next one tries it again, and close() reports it.
            }
        }
        return number;
    }

    /**
     * Undoes a verdict: a line says so, and nothing is erased.
     *
     * @return the verdict; empty if no verdict in force has this number
     * @throws IOException if the line cannot be written; the verdict then stands
     */
    public synchronized Optional<Verdict> undo(long number) throws IOException {
        if (!standing.containsKey(number)) {
            return Optional.empty();
        }
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("undo", number);
        line.put("time", Instant.now().toString());
        write(line);
        undone++;
        return Optional.of(standing.remove(number));
    }

    private void write(Map<String, Object> line) throws IOException {
        if (closed) {
            throw new IOException("verdict: not stored, since the review has ended: " + file);
        }
        if (lines == null) {
            lines = JsonLines.appendApart(file); // cuts off what the failure may have left
        }
        try {
            lines.add(line);
        } catch (IOException e) {
            lines = null;
            throw e;
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try (lock;
                JsonLines _ = lines) {
            if (lines != null) {
                state();
            }
            lines = null;
        }
    }
}
