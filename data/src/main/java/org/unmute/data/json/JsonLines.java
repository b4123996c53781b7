package org.unmute.data.json;

import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unmute.data.provenance.Json;
import org.unmute.files.FileFailure;
import org.unmute.files.InputException;
import org.unmute.files.Journal;
import org.unmute.files.RegularFile;
import org.unmute.files.WrittenFiles;

/**
 * An append-only file of JSON objects, one per line. A line is complete once its line feed is written: text after the
 * last line feed was cut off by a crash and is dropped when the file is opened for appending. Any other line that is
 * not a JSON object is an error.
 *
 * <p>The last field of each line is {@code crc32c}, the checksum of everything before it in the file, so that a
 * changed, lost or moved line is also an error; see {@link LineChecksum}. Lines of older files have no checksums.
 */
public final class JsonLines implements AutoCloseable {
    private static final String HINT =
            ": the journal was changed or is of another version; delete the cell's folder to start it anew, or only"
                    + " this line and all after it to repeat what they record";

    private static final ObjectWriter LINES = Json.MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT);

    private final Journal journal;
    private final LineChecksum checksum;

    private JsonLines(Journal journal, LineChecksum checksum) {
        this.journal = journal;
        this.checksum = checksum;
    }

    /**
     * Opens a file for appending; the file and its folders are created if needed.
     *
     * @param durable whether each line is forced to the device
     */
    public static JsonLines append(Path file, boolean durable) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        WrittenFiles.changed(file);
        return open(Journal.open(file, durable ? Duration.ZERO : ChronoUnit.FOREVER.getDuration()));
    }

    /**
     * Opens a file for appending, with each line forced to the device. The file is no result of a command: the manifest
     * of its folder does not name it and stays true when it grows.
     *
     * @param file its folder exists; the file is created if needed
     */
    public static JsonLines appendApart(Path file) throws IOException {
        return open(Journal.open(file, Duration.ZERO));
    }

    private static JsonLines open(Journal journal) throws IOException {
        try {
            byte[] bytes = FileFailure.naming(journal.file(), () -> Files.readAllBytes(journal.file()));
            int whole = whole(bytes);
            journal.cutTo(whole);
            return new JsonLines(journal, LineChecksum.after(bytes, whole));
        } catch (IOException | RuntimeException e) {
            journal.close();
            throw e;
        }
    }

    /**
     * Appends a line: one JSON object without line feeds.
     *
     * @throws IOException if the line cannot be written; it is then removed from the file, and no other line can be
     *     added
     */
    public void add(Object object) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(checksum.line(LINES.writeValueAsBytes(object)));
        try {
            journal.append(bytes);
        } catch (IOException e) {
            journal.close(); // the checksum of another line would include the failed one
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        journal.close();
    }

    /**
     * The lines of a file, without an incomplete last line; empty if the file does not exist.
     *
     * @throws InputException naming the line that is not a JSON object, or that does not match its checksum
     */
    public static List<JsonFields> read(Path file) throws IOException {
        return read(file, HINT);
    }

    /**
     * The lines of a file, without an incomplete last line; empty if the file does not exist.
     *
     * @param hint what to do about a damaged line; ends the message
     * @throws InputException naming the line that is not a JSON object, or that does not match its checksum
     */
    public static List<JsonFields> read(Path file, String hint) throws IOException {
        if (!RegularFile.exists(file)) {
            return List.of();
        }
        byte[] bytes = FileFailure.naming(file, () -> Files.readAllBytes(file));
        List<JsonFields> lines = new ArrayList<>();
        int whole = whole(bytes);
        LineChecksum checksum = new LineChecksum();
        long number = 1;
        int from = 0;
        for (int at = 0; at < whole; at++) {
            if (bytes[at] == '\n') {
                JsonFields line = object(file, number, bytes, from, at, hint);
                checksum.check(line, Arrays.copyOfRange(bytes, from, at + 1));
                lines.add(line);
                from = at + 1;
                number++;
            }
        }
        return lines;
    }

    private static JsonFields object(Path file, long number, byte[] bytes, int from, int to, String hint) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, from, to - from))
                    .toString();
            return JsonFields.parse(file, number, text, hint);
        } catch (CharacterCodingException e) {
            throw new InputException(file + ":" + number + ": a byte sequence that is not UTF-8", e);
        }
    }

    /**
     * End of the last complete line. A line with a NUL byte, which JSON does not allow, lost a sector in a power
     * failure before it was forced; only the last line can be affected.
     */
    private static int whole(byte[] bytes) {
        int end = lineEnd(bytes, bytes.length);
        int before = lineEnd(bytes, Math.max(0, end - 1));
        for (int i = before; i < end; i++) {
            if (bytes[i] == 0) {
                return before;
            }
        }
        return end;
    }

    private static int lineEnd(byte[] bytes, int from) {
        int end = from;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        return end;
    }
}
