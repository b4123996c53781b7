package org.unmute.fuzz.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.unmute.files.Sha256;

/**
 * Corrects the checksums of a modified file, as far as its structure still shows where they are. Otherwise, nearly
 * every modification would be refused because of its checksum, and the code behind the check would never be reached.
 * All methods modify and return their argument.
 */
final class Checksums {
    private static final int ZIP_END = 0x06054B50;
    private static final int ZIP_CENTRAL = 0x02014B50;
    private static final int ZIP_LOCAL = 0x04034B50;
    private static final int ZIP_DESCRIPTOR = 0x08074B50;
    private static final long RECORD = 0x0A4345524B4F5489L;
    private static final int RECORD_BYTES = 89;
    private static final int JOURNAL_MAGIC = 16;
    private static final int NOTES_MAGIC = 17;
    private static final int EVENT_BYTES = 49;
    private static final byte[] DIGEST = "\"unmute_digest\":\"sha256:".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGITS = 64;

    private Checksums() {}

    private static int of(Checksum checksum, byte[] bytes, int from, int to) {
        checksum.update(bytes, from, to - from);
        return (int) checksum.getValue();
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * CRC-32 of each stored record of an archive: in the central directory, the local header and the data descriptor.
     */
    static byte[] zip(byte[] file) {
        ByteBuffer b = little(file);
        int end = file.length - 22;
        while (end >= 0 && b.getInt(end) != ZIP_END) {
            end--;
        }
        long at = end < 0 ? file.length : b.getInt(end + 16) & 0xFFFF_FFFFL;
        while (at <= file.length - 46 && b.getInt((int) at) == ZIP_CENTRAL) {
            record(file, b, (int) at);
            at += 46 + u16(b, (int) at + 28) + u16(b, (int) at + 30) + u16(b, (int) at + 32);
        }
        return file;
    }

    private static int u16(ByteBuffer b, int at) {
        return b.getShort(at) & 0xFFFF;
    }

    private static void record(byte[] file, ByteBuffer b, int central) {
        long header = b.getInt(central + 42) & 0xFFFF_FFFFL;
        long size = b.getInt(central + 20) & 0xFFFF_FFFFL;
        if (header > file.length - 30 || b.getInt((int) header) != ZIP_LOCAL) {
            return;
        }
        int local = (int) header;
        int from = local + 30 + u16(b, local + 26) + u16(b, local + 28);
        if (from + size > file.length) {
            return;
        }
        int to = (int) (from + size);
        int crc = of(new CRC32(), file, from, to);
        b.putInt(central + 16, crc);
        boolean described = (u16(b, local + 6) & 8) != 0;
        if (!described) {
            b.putInt(local + 14, crc);
        } else if (to <= file.length - 8 && b.getInt(to) == ZIP_DESCRIPTOR) {
            b.putInt(to + 4, crc);
        }
    }

    /** CRC-8 of each frame's header and CRC-16 of each frame. A frame is recognized by beginning like the first one. */
    static byte[] flac(byte[] file) {
        int first = firstFrame(file);
        int frame = first;
        while (frame >= 0) {
            int next = nextFrame(file, first, frame + 4);
            int end = next < 0 ? file.length : next;
            int ones = Integer.numberOfLeadingZeros(~(file[frame + 4] << 24));
            int size = file[frame + 2] >> 4 & 15;
            int rate = file[frame + 2] & 15;
            int check = frame + 4 + Math.max(1, ones);
            check += (size == 6 ? 1 : size == 7 ? 2 : 0) + (rate < 12 ? 0 : rate == 12 ? 1 : 2);
            if (check < end - 2) {
                file[check] = (byte) crc(file, frame, check, 8, 0x07);
                int sum = crc(file, frame, end - 2, 16, 0x8005);
                file[end - 2] = (byte) (sum >> 8);
                file[end - 1] = (byte) sum;
            }
            frame = next;
        }
        return file;
    }

    /** End of the metadata blocks; -1 if no frame can begin there. */
    private static int firstFrame(byte[] file) {
        long at = 4;
        boolean last = false;
        while (!last && at <= file.length - 4) {
            int i = (int) at;
            last = file[i] < 0;
            at += 4 + ((file[i + 1] & 0xFF) << 16 | (file[i + 2] & 0xFF) << 8 | file[i + 3] & 0xFF);
        }
        return last && at <= file.length - 8 ? (int) at : -1;
    }

    private static int nextFrame(byte[] file, int first, int from) {
        for (int i = from; i <= file.length - 8; i++) {
            boolean sync = file[i] == -1 && file[i + 1] == file[first + 1];
            if (sync && (file[i + 3] & 0x0F) == (file[first + 3] & 0x0F)) {
                return i;
            }
        }
        return -1;
    }

    /** A CRC of 8 or 16 bits, most significant bit first, with initial value 0. */
    private static int crc(byte[] bytes, int from, int to, int bits, int polynomial) {
        int top = 1 << bits - 1;
        int crc = 0;
        for (int i = from; i < to; i++) {
            crc ^= (bytes[i] & 0xFF) << bits - 8;
            for (int k = 0; k < 8; k++) {
                crc = (crc & top) != 0 ? crc << 1 ^ polynomial : crc << 1;
            }
        }
        return crc & (1 << bits) - 1;
    }

    /** The checksum of each Ogg page, starting with the first. */
    static byte[] ogg(byte[] file) {
        ByteBuffer b = little(file);
        int at = 0;
        while (at <= file.length - 27 && b.getInt(at) == 0x5367674F) {
            int segments = file[at + 26] & 0xFF;
            int end = at + 27 + segments;
            for (int i = at + 27; i < Math.min(file.length, at + 27 + segments); i++) {
                end += file[i] & 0xFF;
            }
            if (end > file.length) {
                break;
            }
            b.putInt(at + 22, 0);
            int crc = 0;
            for (int i = at; i < end; i++) {
                crc ^= file[i] << 24;
                for (int k = 0; k < 8; k++) {
                    crc = crc < 0 ? crc << 1 ^ 0x04C11DB7 : crc << 1;
                }
            }
            b.putInt(at + 22, crc);
            at = end;
        }
        return file;
    }

    /** CRC-32C of a shard's header, and of header and payload of each record that follows. */
    static byte[] shard(byte[] file) {
        ByteBuffer b = little(file);
        if (file.length < 28) {
            return file;
        }
        int header = b.getInt(12);
        if (header < 28 || header > file.length) {
            return file;
        }
        b.putInt(header - 4, of(new CRC32C(), file, 0, header - 4));
        int at = header;
        while (at <= file.length - RECORD_BYTES && b.getLong(at) == RECORD) {
            int bytes = b.getInt(at + 8);
            long payload = b.getLong(at + 40);
            if (bytes < RECORD_BYTES || bytes > file.length - at) {
                break;
            }
            boolean whole = payload >= 0 && payload <= file.length - at - bytes;
            if (whole) {
                b.putInt(at + 28, of(new CRC32C(), file, at + bytes, at + bytes + (int) payload));
            }
            b.putInt(at + bytes - 4, of(new CRC32C(), file, at, at + bytes - 4));
            at += bytes + (whole ? (int) payload : 0);
        }
        return file;
    }

    /** CRC-32C of the headers that a shard's table of contents repeats, and of the table itself. */
    static byte[] contents(byte[] file) {
        ByteBuffer b = little(file);
        int end = file.length - 4;
        int at = 24;
        int bytes = at + 28 <= end ? b.getInt(at + 12) : 0;
        while (bytes >= 28 && bytes <= end - at) {
            b.putInt(at + bytes - 4, of(new CRC32C(), file, at, at + bytes - 4));
            at += bytes + Long.BYTES;
            bytes = at + RECORD_BYTES <= end && b.getLong(at) == RECORD ? b.getInt(at + 8) : 0;
        }
        if (end >= 0) {
            b.putInt(end, of(new CRC32C(), file, 0, end));
        }
        return file;
    }

    /** The digest of a safetensors file, if it contains one: SHA-256 of the file with the digits replaced by zeros. */
    static byte[] digest(byte[] file) {
        int at = 0;
        while (at <= file.length - DIGEST.length - DIGITS
                && !Arrays.equals(file, at, at + DIGEST.length, DIGEST, 0, DIGEST.length)) {
            at++;
        }
        int digits = at + DIGEST.length;
        if (digits <= file.length - DIGITS) {
            Arrays.fill(file, digits, digits + DIGITS, (byte) '0');
            byte[] text = Sha256.of(file).getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(text, 0, file, digits, DIGITS);
        }
        return file;
    }

    /** CRC-32 in the reading log of a detection: each covers a block and the CRC of the previous block. */
    static byte[] notes(byte[] file) {
        ByteBuffer b = ByteBuffer.wrap(file);
        int at = NOTES_MAGIC;
        byte[] before = new byte[Integer.BYTES];
        while (at <= file.length - 8) {
            int length = b.getInt(at);
            if (length < 0 || length > file.length - at - 8) {
                break;
            }
            CRC32 crc = new CRC32();
            crc.update(before);
            int end = at + 4 + length;
            b.putInt(end, of(crc, file, at, end));
            b.get(end, before);
            at = end + 4;
        }
        return file;
    }

    /** CRC-32 of each block of an event journal. */
    static byte[] events(byte[] file) {
        ByteBuffer b = ByteBuffer.wrap(file);
        int at = JOURNAL_MAGIC;
        while (at <= file.length - 16) {
            int head = b.getInt(at);
            if (head < 8 || head > file.length - at - 8) {
                break;
            }
            long events = b.getLong(at + 4 + head - 8);
            long room = (file.length - at - 8 - head) / EVENT_BYTES;
            if (events < 0 || events > room) {
                break;
            }
            int end = at + 4 + head + (int) events * EVENT_BYTES;
            b.putInt(end, of(new CRC32(), file, at, end));
            at = end + 4;
        }
        return file;
    }
}
