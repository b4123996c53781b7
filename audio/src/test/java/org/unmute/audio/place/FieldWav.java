package org.unmute.audio.place;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** WAV files with the chunks of recorders. */
final class FieldWav {
    private FieldWav() {}

    static byte[] chunk(String id, byte[] content) {
        return ByteBuffer.allocate(8 + content.length + content.length % 2)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(id.getBytes(StandardCharsets.ISO_8859_1))
                .putInt(content.length)
                .put(content)
                .array();
    }

    /** A file of 16 samples at 16 kHz with chunks before and after its samples. */
    static byte[] file(byte[] before, byte[] after) {
        ByteBuffer format = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        format.putShort((short) 1).putShort((short) 1).putInt(16_000).putInt(32_000);
        format.putShort((short) 2).putShort((short) 16);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes("WAVE".getBytes(StandardCharsets.ISO_8859_1));
        body.writeBytes(chunk("fmt ", format.array()));
        body.writeBytes(before);
        body.writeBytes(chunk("data", new byte[32]));
        body.writeBytes(after);
        return chunk("RIFF", body.toByteArray());
    }

    static byte[] guano(String lines) {
        return chunk("guan", ("GUANO|Version: 1.0\n" + lines).getBytes(StandardCharsets.UTF_8));
    }

    static byte[] comment(String text) {
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        list.writeBytes("INFO".getBytes(StandardCharsets.ISO_8859_1));
        list.writeBytes(chunk("ICMT", (text + "\0").getBytes(StandardCharsets.ISO_8859_1)));
        list.writeBytes(chunk("IART", "AudioMoth 24F3190160371234\0".getBytes(StandardCharsets.ISO_8859_1)));
        return chunk("LIST", list.toByteArray());
    }

    static byte[] wamd(String... fields) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String field : fields) {
            int number = field.charAt(0) - '0';
            byte[] text = field.substring(1).getBytes(StandardCharsets.UTF_8);
            all.writeBytes(ByteBuffer.allocate(6 + text.length)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putShort((short) number)
                    .putInt(text.length)
                    .put(text)
                    .array());
        }
        return chunk("wamd", all.toByteArray());
    }

    static byte[] bext(String date, String time, long samples) {
        ByteBuffer content = ByteBuffer.allocate(602).order(ByteOrder.LITTLE_ENDIAN);
        content.put(320, (date + time).getBytes(StandardCharsets.US_ASCII));
        content.putLong(338, samples);
        return chunk("bext", content.array());
    }
}
