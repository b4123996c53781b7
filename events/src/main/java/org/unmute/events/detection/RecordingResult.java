package org.unmute.events.detection;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;

/**
 * The result for a recording whose events were found.
 *
 * @param id     id of the clip
 * @param sha256 SHA-256 of the file's bytes
 * @param stamp  properties of the file in the file system, see {@link #stampOf}
 * @param read  how much of the recording was read
 * @param events number of events
 */
public record RecordingResult(String id, String sha256, String stamp, ReadOutcome read, long events) {
    /**
     * Size, times and inode of a file. A file with the same stamp has the same bytes; if the stamp differs, the hash
     * decides. If the file system records a change time, which programs cannot set, it is part of the stamp.
     */
    static String stampOf(Path file) throws IOException {
        BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
        String stamp = a.size() + " bytes, modified " + a.lastModifiedTime().toInstant();
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("unix")) {
            FileTime changed = (FileTime) Files.getAttribute(file, "unix:ctime");
            stamp += ", changed " + changed.toInstant() + ", inode " + Files.getAttribute(file, "unix:ino");
        }
        return stamp;
    }

    /** The length and the bytes of this result in a journal. */
    byte[] encode() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeUTF(id);
        out.writeUTF(sha256);
        out.writeUTF(stamp);
        out.writeInt(read.sampleRate());
        out.writeDouble(read.fileSeconds());
        out.writeDouble(read.start());
        out.writeDouble(read.seconds());
        out.writeInt(read.warnings().size());
        for (String warning : read.warnings()) {
            out.writeUTF(warning);
        }
        out.writeBoolean(read.problem() != null);
        out.writeUTF(read.problem() == null ? "" : read.problem());
        out.writeLong(events);
        return ByteBuffer.allocate(Integer.BYTES + bytes.size())
                .putInt(bytes.size())
                .put(bytes.toByteArray())
                .array();
    }

    /**
     * Decodes a result from its bytes, without the lengtread.
     *
     * @throws IOException if the bytes are not a valid result
     */
    static RecordingResult decode(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        String id = in.readUTF();
        String sha256 = in.readUTF();
        String stamp = in.readUTF();
        int rate = in.readInt();
        double fileSeconds = in.readDouble();
        double start = in.readDouble();
        double seconds = in.readDouble();
        List<String> warnings = new ArrayList<>();
        for (int n = in.readInt(); n > 0; n--) {
            warnings.add(in.readUTF());
        }
        boolean problem = in.readBoolean();
        String text = in.readUTF();
        ReadOutcome read = new ReadOutcome(rate, fileSeconds, start, seconds, warnings, problem ? text : null, true);
        return new RecordingResult(id, sha256, stamp, read, in.readLong());
    }
}
