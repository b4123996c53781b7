package org.unmute.experiments.annotation;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.unmute.experiments.data.MalformedTableException;

/**
 * Lines of fields between tabs, without quoting, as Raven and Audacity write them: UTF-8, a byte order mark is skipped,
 * lines end with LF or CR LF and have at most 1 MiB, empty lines are skipped.
 */
final class TabRows implements AutoCloseable {
    private static final int MAX_LINE = 1 << 20;

    private final Path file;
    private final InputStream in;
    private long line;

    private TabRows(Path file, InputStream in) {
        this.file = file;
        this.in = in;
    }

    static TabRows open(Path file) throws IOException {
        return new TabRows(file, new BufferedInputStream(Files.newInputStream(file), 1 << 16));
    }

    /** The line of the last row, from 1. */
    long line() {
        return line;
    }

    /** The fields of the next line; null at the end. */
    List<String> next() throws IOException {
        for (String text = nextLine(); text != null; text = nextLine()) {
            if (!text.isEmpty()) {
                return List.of(text.split("\t", -1));
            }
        }
        return null;
    }

    private String nextLine() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int b = in.read();
        if (b < 0) {
            return null;
        }
        line++;
        for (; b >= 0 && b != '\n'; b = in.read()) {
            if (b == 0) {
                throw wrong("a NUL byte: this is no text file, or UTF-16: save it as UTF-8");
            }
            if (bytes.size() == MAX_LINE) {
                throw wrong("the line is longer than 1 MiB: this is no table");
            }
            bytes.write(b);
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
            text = line == 1 && text.startsWith("\uFEFF") ? text.substring(1) : text;
            return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
        } catch (CharacterCodingException e) {
            throw wrong("a byte sequence that is not UTF-8: save the file as UTF-8");
        }
    }

    MalformedTableException wrong(String detail) {
        return new MalformedTableException(file, line, detail);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
