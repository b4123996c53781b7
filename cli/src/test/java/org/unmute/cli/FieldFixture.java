package org.unmute.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.unmute.audio.Wav;

/** Recordings that are named as recorders name them, and have their chunks. */
final class FieldFixture {
    private FieldFixture() {}

    /** Writes a scene of the given length in seconds at 16 kHz. */
    static Path recording(Path folder, String name, int number, int seconds) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Wav.write(file, DetectFixture.scene(number, seconds), 16_000);
        return file;
    }

    /** Adds a chunk to the end of a WAV file. */
    static void append(Path file, String id, byte[] content) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(Files.readAllBytes(file));
        all.writeBytes(chunk(id, content));
        byte[] bytes = all.toByteArray();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(4, bytes.length - 8);
        Files.write(file, bytes);
    }

    private static byte[] chunk(String id, byte[] content) {
        return ByteBuffer.allocate(8 + content.length + content.length % 2)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(id.getBytes(StandardCharsets.ISO_8859_1))
                .putInt(content.length)
                .put(content)
                .array();
    }

    static void guano(Path file, String lines) throws IOException {
        append(file, "guan", ("GUANO|Version: 1.0\n" + lines).getBytes(StandardCharsets.UTF_8));
    }

    static void comment(Path file, String text) throws IOException {
        byte[] field = chunk("ICMT", (text + "\0").getBytes(StandardCharsets.ISO_8859_1));
        byte[] list = ByteBuffer.allocate(4 + field.length)
                .put("INFO".getBytes(StandardCharsets.ISO_8859_1))
                .put(field)
                .array();
        append(file, "LIST", list);
    }

    static void wamd(Path file, String time) throws IOException {
        byte[] text = time.getBytes(StandardCharsets.UTF_8);
        append(
                file,
                "wamd",
                ByteBuffer.allocate(6 + text.length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putShort((short) 5)
                        .putInt(text.length)
                        .put(text)
                        .array());
    }

    static void bext(Path file, String date, String time) throws IOException {
        byte[] content = new byte[602];
        byte[] text = (date + time).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, content, 320, text.length);
        append(file, "bext", content);
    }
}
