package org.unmute.data;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.unmute.files.FileFailure;

/**
 * Reads the lines of a text file, without blank lines and comments ('#'), by the rules of {@link TextTable}: UTF-8, no
 * NUL, at most 1 MiB per line.
 */
public final class LineReader implements AutoCloseable {
    static final int MAX_BYTES = 1 << 20;
    private static final int MAX_COMMENTS = 16;

    private final Path file;
    private final InputStream in;
    private long line;
    private String end;
    private final List<String> comments = new ArrayList<>();

    LineReader(Path file, InputStream in) {
        this.file = file;
        this.in = new BufferedInputStream(in, 1 << 16);
    }

    /** Opens a file. */
    public static LineReader open(Path file) throws IOException {
        return new LineReader(file, Files.newInputStream(file));
    }

    /**
     * Reads a stream, which {@link #close} closes.
     *
     * @param name its name, for messages
     */
    public static LineReader of(Path name, InputStream in) {
        return new LineReader(name, in);
    }

    /** The last line read. */
    public Place place() {
        return new Place(file, line);
    }

    /** The next line without its line end; null at the end of the file. */
    public String next() throws IOException {
        for (String text = any(); text != null; text = any()) {
            if (text.startsWith("#")) {
                if (comments.size() < MAX_COMMENTS) {
                    comments.add(text);
                }
            } else if (!text.isBlank()) {
                return text;
            }
        }
        return null;
    }

    /** The next line, which may be blank or a comment, without its line end; null at the end of the file. */
    public String any() throws IOException {
        line++;
        int c = read();
        if (c < 0) {
            return null;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (; c >= 0 && c != '\n'; c = read()) {
            if (c == 0) {
                throw place().wrong("a NUL byte: this is not a text file, or UTF-16: save it as UTF-8");
            }
            if (bytes.size() == MAX_BYTES) {
                throw place().wrong("the line is longer than 1 MiB");
            }
            bytes.write(c);
        }
        String text = decode(bytes.toByteArray());
        if (line == 1 && text.startsWith("\uFEFF")) {
            text = text.substring(1);
        }
        end = text.endsWith("\r") ? "\r\n" : "\n";
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    private int read() throws IOException {
        try {
            return in.read();
        } catch (IOException e) {
            throw FileFailure.named(file, e);
        }
    }

    /** The line end of the last line read: LF, or CR LF. */
    String end() {
        return end;
    }

    /** The comment lines read so far, at most 16. */
    public List<String> comments() {
        return List.copyOf(comments);
    }

    private String decode(byte[] bytes) throws MalformedTableException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw place().wrong("a byte sequence that is not UTF-8: save the file as UTF-8");
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
