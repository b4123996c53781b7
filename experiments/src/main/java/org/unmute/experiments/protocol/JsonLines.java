package org.unmute.experiments.protocol;

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
import java.util.Map;
import org.unmute.experiments.data.MalformedTableException;
import org.unmute.experiments.json.JsonTree;

/**
 * A file of JSON objects, one a line, that only grows. A line counts once its line feed is written: what stands behind
 * the last line feed was cut off by a crash and is dropped when the file is opened to append. Anything else that is no
 * JSON object is an error.
 */
final class JsonLines implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;
    private final boolean durable;

    /** A line as it was read. */
    record Line(long number, Map<String, Object> values) {}

    private JsonLines(Path file, FileChannel channel, boolean durable) {
        this.file = file;
        this.channel = channel;
        this.durable = durable;
    }

    /**
     * Opens a file to append; it and its folders are made if needed.
     *
     * @param durable whether each line is forced to the device
     */
    static JsonLines append(Path file, boolean durable) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            long whole = whole(Files.readAllBytes(file));
            channel.truncate(whole);
            channel.position(whole);
            return new JsonLines(file, channel, durable);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Adds a line: one JSON object without line feeds. */
    void add(String object) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((object + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        if (durable) {
            channel.force(true);
        }
    }

    Path file() {
        return file;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /**
     * The lines of a file, without an end that was cut off; none if there is no file.
     *
     * @throws MalformedTableException naming the line that is no JSON object
     */
    static List<Line> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        byte[] bytes = Files.readAllBytes(file);
        List<Line> lines = new ArrayList<>();
        int whole = whole(bytes);
        long number = 1;
        int from = 0;
        for (int at = 0; at < whole; at++) {
            if (bytes[at] == '\n') {
                lines.add(new Line(number, object(file, number, bytes, from, at)));
                from = at + 1;
                number++;
            }
        }
        return lines;
    }

    private static Map<String, Object> object(Path file, long number, byte[] bytes, int from, int to)
            throws MalformedTableException {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, from, to - from))
                    .toString();
            if (JsonTree.parse(file, number, text) instanceof Map<?, ?> map) {
                @SuppressWarnings("unchecked") // keys of a JSON object are texts
                Map<String, Object> values = (Map<String, Object>) map;
                return values;
            }
        } catch (CharacterCodingException e) {
            throw new MalformedTableException(file, number, "a byte sequence that is not UTF-8");
        }
        throw new MalformedTableException(file, number, "a JSON object is expected");
    }

    private static int whole(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        return end;
    }

    /** A number as JSON; null for one that is not finite. */
    static String number(double value) {
        return Double.isFinite(value) ? Double.toString(value) : "null";
    }
}
