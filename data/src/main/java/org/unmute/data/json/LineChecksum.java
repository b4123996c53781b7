package org.unmute.data.json;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.unmute.files.InputException;

/**
 * The checksums of the lines of a {@link JsonLines} file: {@code {"a":1,"crc32c":"0a1b2c3d"}}, eight hexadecimal
 * digits, the CRC-32C of all bytes of the file before {@code ,"crc32c"}. The values of {@code seconds} and
 * {@code clipsPerSecond} are excluded, so that the files of two runs with the same results have the same checksums.
 */
final class LineChecksum {
    private static final String FIELD = "\"crc32c\":\"";
    private static final Pattern END = Pattern.compile(",?" + FIELD + "([0-9a-f]{8})\"}\n\\z");
    private static final Pattern DURATION = Pattern.compile("(?<=\"(?:seconds|clipsPerSecond)\":)[^,}]+");

    private final CRC32C crc = new CRC32C();
    private boolean begun;

    /** The checksum after the first bytes of a file, which end in a line feed and are not checked here. */
    static LineChecksum after(byte[] bytes, int count) {
        LineChecksum checksum = new LineChecksum();
        checksum.count(new String(bytes, 0, count, StandardCharsets.ISO_8859_1));
        return checksum;
    }

    /** Adds whole lines, or the beginning of one. Each character is one byte. */
    private void count(String bytes) {
        crc.update(DURATION.matcher(bytes).replaceAll("").getBytes(StandardCharsets.ISO_8859_1));
    }

    /**
     * The next line of the file with its checksum.
     *
     * @param object a JSON object
     */
    byte[] line(byte[] object) {
        String begin = new String(object, 0, object.length - 1, StandardCharsets.ISO_8859_1);
        count(begin);
        String end = (begin.equals("{") ? "" : ",") + FIELD + String.format("%08x", crc.getValue()) + "\"}\n";
        count(end);
        return (begin + end).getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * Checks the next line of a file.
     *
     * @param fields the fields of the line
     * @param bytes the bytes of the line, with the line feed
     * @throws InputException if the line does not match its checksum, or has none although an earlier line has one
     */
    void check(JsonFields fields, byte[] bytes) {
        String line = new String(bytes, StandardCharsets.ISO_8859_1);
        Matcher end = END.matcher(line);
        if (end.find()) {
            count(line.substring(0, end.start()));
            String actual = String.format("%08x", crc.getValue());
            if (!end.group(1).equals(actual)) {
                throw fields.wrong("crc32c is " + end.group(1) + ", that of the bytes before it is " + actual
                        + ": they were changed after they were written");
            }
            begun = true;
            count(line.substring(end.start()));
        } else if (begun) {
            throw fields.wrong("crc32c is missing or malformed, though the lines before have one");
        } else {
            count(line);
        }
    }
}
