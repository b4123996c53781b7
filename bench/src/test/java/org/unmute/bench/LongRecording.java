package org.unmute.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Writes a long 16-bit recording: noise whose level and pitch change from second to second, so that no two windows are
 * alike. Above 4 GiB it is an RF64 file. {@code bench/long-recordings} compiles and runs this class by itself.
 */
public final class LongRecording {
    private static final int RATE = 48_000;
    private static final int BYTES = 2;
    private static final long MAX_RIFF = 0xFFFFFFFFL;

    private LongRecording() {}

    /**
     * {@code OUT SECONDS}, or {@code OUT SECONDS WINDOW FOLDER LIST} to also write every window of {@code WINDOW}
     * seconds to its own file, and a list of the windows.
     */
    public static void main(String[] args) throws IOException {
        Path out = Path.of(args[0]);
        int seconds = Integer.parseInt(args[1]);
        write(out, 0, seconds);
        if (args.length > 2) {
            int window = Integer.parseInt(args[2]);
            Path folder = Files.createDirectories(Path.of(args[3]));
            StringBuilder list = new StringBuilder("file,start,end\n");
            for (int start = 0; start + window <= seconds; start += window) {
                write(folder.resolve(String.format(Locale.ROOT, "%06d.wav", start)), start, window);
                list.append(out.getFileName())
                        .append(',')
                        .append(start)
                        .append(',')
                        .append(start + window)
                        .append('\n');
            }
            Files.writeString(Path.of(args[4]), list);
        }
    }

    private static void write(Path file, int from, int seconds) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
            out.write(header((long) seconds * RATE * BYTES));
            for (int s = from; s < from + seconds; s++) {
                out.write(second(s));
            }
        }
    }

    private static byte[] header(long bytes) {
        boolean large = bytes + 36 > MAX_RIFF;
        ByteBuffer b = ByteBuffer.allocate(large ? 80 : 44).order(ByteOrder.LITTLE_ENDIAN);
        b.put(ascii(large ? "RF64" : "RIFF"))
                .putInt((int) (large ? MAX_RIFF : bytes + 36))
                .put(ascii("WAVE"));
        if (large) {
            b.put(ascii("ds64"))
                    .putInt(28)
                    .putLong(bytes + 72)
                    .putLong(bytes)
                    .putLong(bytes / BYTES)
                    .putInt(0);
        }
        b.put(ascii("fmt "))
                .putInt(16)
                .putShort((short) 1)
                .putShort((short) 1)
                .putInt(RATE)
                .putInt(RATE * BYTES);
        b.putShort((short) BYTES).putShort((short) (8 * BYTES));
        return b.put(ascii("data")).putInt((int) (large ? MAX_RIFF : bytes)).array();
    }

    private static byte[] second(int number) {
        long state = number * 0x9E3779B97F4A7C15L + 1;
        double pitch = 2 * Math.PI * (300 + 37 * (number % 151)) / RATE;
        double level = 1000 + 200 * (number % 29);
        ByteBuffer b = ByteBuffer.allocate(RATE * BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < RATE; i++) {
            state = state * 6364136223846793005L + 1442695040888963407L;
            b.putShort((short) (level * Math.sin(pitch * i) + (state >> 53)));
        }
        return b.array();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
