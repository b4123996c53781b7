package org.unmute.experiments.json;

import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.unmute.experiments.InputException;
import org.unmute.experiments.provenance.Json;

/**
 * An append-only file of JSON objects, one per line. A line counts once its line feed is written: text after the last
 * line feed was cut off by a crash and is dropped when the file is opened for appending. Any other line that is not a
 * JSON object is an error.
 */
public final class JsonLines implements AutoCloseable {
    private static final String HINT =
            ": the journal was changed or is of another version; delete the cell's folder " + "to start it anew";

    private static final ObjectWriter LINES = Json.MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT);

    private final FileChannel channel;
    private final boolean durable;

    private JsonLines(FileChannel channel, boolean durable) {
        this.channel = channel;
        this.durable = durable;
    }

    /**
     * Opens a file for appending; it and its folders are created if needed.
     *
     * @param durable whether each line is forced to the device
     */
    public static JsonLines append(Path file, boolean durable) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            long whole = whole(Files.readAllBytes(file));
            channel.truncate(whole);
            channel.position(whole);
            return new JsonLines(channel, durable);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Appends a line: one JSON object without line feeds. */
    public void add(Object object) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((LINES.writeValueAsString(object) + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        if (durable) {
            channel.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /**
     * The lines of a file, without an incomplete last line; none if there is no file.
     *
     * @throws InputException naming the line that is not a JSON object
     */
    public static List<JsonFields> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        byte[] bytes = Files.readAllBytes(file);
        List<JsonFields> lines = new ArrayList<>();
        int whole = whole(bytes);
        long number = 1;
        int from = 0;
        for (int at = 0; at < whole; at++) {
            if (bytes[at] == '\n') {
                lines.add(object(file, number, bytes, from, at));
                from = at + 1;
                number++;
            }
        }
        return lines;
    }

    private static JsonFields object(Path file, long number, byte[] bytes, int from, int to) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, from, to - from))
                    .toString();
            return JsonFields.parse(file, number, text, HINT);
        } catch (CharacterCodingException e) {
            throw new InputException(file + ":" + number + ": a byte sequence that is not UTF-8", e);
        }
    }

    private static int whole(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        return end;
    }
}
