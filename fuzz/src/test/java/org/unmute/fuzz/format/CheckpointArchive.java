package org.unmute.fuzz.format;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * An archive around a pickle, as written by {@code torch.save}. Storages 0 to 4 have 24, 24, 8, 4 and 0 bytes. The
 * pickle comes last, so that a change of its length moves nothing else.
 */
final class CheckpointArchive {
    private static final int[] STORAGES = {24, 24, 8, 4, 0};

    private CheckpointArchive() {}

    static byte[] of(byte[] pickle) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setMethod(ZipOutputStream.STORED);
            add(zip, "archive/byteorder", "little".getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < STORAGES.length; i++) {
                byte[] storage = new byte[STORAGES[i]];
                for (int k = 0; k < storage.length; k++) {
                    storage[k] = (byte) (k % 4 == 3 ? 0x3F : k);
                }
                add(zip, "archive/data/" + i, storage);
            }
            add(zip, "archive/data.pkl", pickle);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return out.toByteArray();
    }

    private static void add(ZipOutputStream zip, String name, byte[] data) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(data);
        ZipEntry entry = new ZipEntry(name);
        entry.setSize(data.length);
        entry.setCompressedSize(data.length);
        entry.setCrc(crc.getValue());
        // A fixed time, so that the same pickle gives the same bytes.
        entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
        zip.putNextEntry(entry);
        zip.write(data);
        zip.closeEntry();
    }
}
