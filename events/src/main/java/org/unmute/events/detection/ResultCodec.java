package org.unmute.events.detection;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Encodes a {@link RecordingResult} at the start of a block in {@link EventJournal}. */
final class ResultCodec {
    private ResultCodec() {}

    /** The length and the bytes of a result. */
    static byte[] encode(RecordingResult r) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeUTF(r.id());
        out.writeUTF(r.sha256());
        out.writeUTF(r.stamp());
        ReadOutcome h = r.read();
        out.writeInt(h.sampleRate());
        out.writeDouble(h.fileSeconds());
        out.writeDouble(h.start());
        out.writeDouble(h.seconds());
        out.writeInt(h.warnings().size());
        for (String warning : h.warnings()) {
            out.writeUTF(warning);
        }
        out.writeBoolean(h.problem() != null);
        out.writeUTF(h.problem() == null ? "" : h.problem());
        out.writeLong(r.events());
        return ByteBuffer.allocate(Integer.BYTES + bytes.size())
                .putInt(bytes.size())
                .put(bytes.toByteArray())
                .array();
    }

    /**
     * Decodes a result from its bytes, without the length.
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
