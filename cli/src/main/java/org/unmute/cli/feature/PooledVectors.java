package org.unmute.cli.feature;

import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.unmute.cli.console.CommandException;
import org.unmute.data.CsvLine;
import org.unmute.data.parquet.ParquetTableWriter;
import org.unmute.data.parquet.ParquetTableWriter.Column;
import org.unmute.data.parquet.ParquetTableWriter.Kind;
import org.unmute.data.provenance.Json;
import org.unmute.files.AtomicFile;
import org.unmute.files.LittleEndian;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.Npy;
import org.unmute.tensor.io.SafetensorsWriter;

/** Collects one vector per clip and writes all of them to one file, or none. Vectors are not copied. */
public final class PooledVectors {
    /** Name of the tensor, and of the column that holds the vectors. */
    public static final String NAME = "pooled";

    /** File formats, chosen by extension. */
    public enum FileKind {
        NPY,
        SAFETENSORS,
        CSV,
        PARQUET;

        /** The format of a file; null if its extension is unknown. */
        public static FileKind of(Path file) {
            String name = String.valueOf(file.getFileName());
            for (FileKind kind : values()) {
                if (name.endsWith(kind.ending())) {
                    return kind;
                }
            }
            return null;
        }

        /** The extension of this format. */
        public String ending() {
            return "." + name().toLowerCase(Locale.ROOT);
        }
    }

    private final List<String> clips = new ArrayList<>();
    private final List<float[]> vectors = new ArrayList<>();

    /** Creates an empty collection. */
    public PooledVectors() {}

    /** Adds the vector of a clip. All vectors must have the same length. */
    public void add(String clip, float[] vector) {
        clips.add(clip);
        vectors.add(vector);
    }

    /** The clips, in row order. */
    public List<String> clips() {
        return List.copyOf(clips);
    }

    /** Length of the vectors; 0 if there are none. */
    public int dim() {
        return vectors.isEmpty() ? 0 : vectors.getFirst().length;
    }

    /**
     * Writes the file.
     *
     * @param about how the vectors were computed, stored as metadata in safetensors and Parquet files
     * @throws CommandException if the vectors do not fit into one array
     * @throws IOException      if the file cannot be written
     */
    public void write(Path file, FileKind kind, Map<String, String> about) throws IOException {
        switch (kind) {
            case NPY -> Npy.write(file, shape(), array(file));
            case SAFETENSORS -> {
                SafetensorsWriter writer = new SafetensorsWriter().add(NAME, shape(), array(file));
                new TreeMap<>(about).forEach(writer::metadata);
                writer.metadata("clips", json(clips)).write(file);
            }
            case CSV -> csv(file);
            case PARQUET -> parquet(file, about);
        }
    }

    private static String json(List<String> texts) throws IOException {
        return Json.MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT).writeValueAsString(texts);
    }

    private Shape shape() {
        return Shape.of(vectors.size(), dim());
    }

    private float[] array(Path file) {
        long elements = (long) vectors.size() * dim();
        if (elements > Integer.MAX_VALUE - 8) {
            throw CommandException.usage("--out " + file + ": " + vectors.size() + " vectors of " + dim()
                    + " do not fit into one array: let --out end in " + FileKind.PARQUET.ending() + " or "
                    + FileKind.CSV.ending());
        }
        float[] all = new float[(int) elements];
        for (int i = 0; i < vectors.size(); i++) {
            System.arraycopy(vectors.get(i), 0, all, i * dim(), dim());
        }
        return all;
    }

    private void csv(Path file) throws IOException {
        AtomicFile.write(file, out -> {
            Object[] row = new Object[dim() + 1];
            row[0] = "file";
            for (int d = 0; d < dim(); d++) {
                row[d + 1] = NAME + d;
            }
            line(out, row);
            for (int i = 0; i < vectors.size(); i++) {
                row[0] = clips.get(i);
                for (int d = 0; d < dim(); d++) {
                    row[d + 1] = vectors.get(i)[d];
                }
                line(out, row);
            }
        });
    }

    private static void line(FileChannel out, Object... fields) throws IOException {
        LittleEndian.writeFully(out, ByteBuffer.wrap(CsvLine.of(fields).getBytes(StandardCharsets.UTF_8)));
    }

    private void parquet(Path file, Map<String, String> about) throws IOException {
        AtomicFile.write(file, out -> {
            ParquetTableWriter table =
                    new ParquetTableWriter(out, List.of(new Column("file", Kind.TEXT), new Column(NAME, Kind.FLOATS)));
            for (int i = 0; i < vectors.size(); i++) {
                table.row(clips.get(i), vectors.get(i));
            }
            table.finish(about);
        });
    }
}
