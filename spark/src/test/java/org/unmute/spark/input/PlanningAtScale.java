package org.unmute.spark.input;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.io.FileUtils;
import org.unmute.data.ClipDivision;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.EncoderSpec.Grid;
import org.unmute.models.encoder.EncoderSpec.TokenOrder;
import org.unmute.spark.LocalSpark;
import org.unmute.spark.plan.ClipSize;
import org.unmute.spark.plan.TaskPlan;
import org.unmute.spark.task.ClipTask;
import org.unmute.tensor.DType;

/**
 * Measures time and memory of planning many clips: {@code PlanningAtScale csv|parquet|parts|folder ROWS}. The
 * recordings are silence and not on a disk. Driver and tasks share this JVM, so a driver by itself needs less.
 */
public final class PlanningAtScale {
    private static final int FILES_IN_FOLDER = 10_000;
    private static final int PARTS_OF_FILE = 1000;
    /** 64 by 8 tokens of 768 values for each 10 s, as from a ViT-B. */
    private static final EncoderSpec SPEC = new EncoderSpec(
            "none",
            "none",
            new EncoderSpec.Input(16_000, 163_840, 400, 163_840, "none", Map.of(), null),
            new Grid(64, 8, 2560, TokenOrder.TIME_MAJOR, 1),
            768,
            12,
            List.of());

    private PlanningAtScale() {}

    /**
     * Costs of a plan: seconds to list and measure, seconds to share out and pack, CPU seconds, and size of the heap in
     * bytes.
     */
    record Taken(
            TaskPlan plan,
            double listing,
            double sharing,
            double cpu,
            long heapBytes,
            long keptBytes,
            int largestTask) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%s%nlisted and measured in %.1f s, shared out and packed in %.1f s, %.1f s of CPU;"
                            + " a heap of %d MiB, of which"
                            + " the plan keeps %d MiB; largest task %d KiB",
                    plan.statement(),
                    listing,
                    sharing,
                    cpu,
                    heapBytes >> 20,
                    keptBytes >> 20,
                    largestTask >> 10);
        }
    }

    public static void main(String[] args) throws IOException {
        Path folder = Files.createTempDirectory("planning");
        LocalSpark spark = new LocalSpark();
        try {
            System.out.println(plan(spark, args[0], Integer.parseInt(args[1]), folder));
        } finally {
            spark.session().stop();
            FileUtils.deleteDirectory(folder.toFile());
        }
    }

    static Taken plan(LocalSpark spark, String kind, int rows, Path folder) throws IOException {
        PretendFileSystem.register(spark.context().hadoopConfiguration());
        String root = "pretend:/" + Math.ceilDiv(rows, FILES_IN_FOLDER) + "-" + FILES_IN_FOLDER + "-10";
        String audio = kind.equals("folder") ? root : manifest(spark, kind, rows, folder);
        double cpu = cpuSeconds();
        long start = System.nanoTime();
        AudioInput input = AudioInput.of(spark.session(), audio, root, ClipDivision.Rule.DEFAULT);
        long listed = System.nanoTime();
        ClipSize size = new ClipSize(SPEC, DType.F16, 0);
        TaskPlan plan = TaskPlan.of(input.clips(), size, 1L << 30, 16);
        int largest = plan.tasks().stream()
                .mapToInt(clips -> ClipTask.pack(clips).length)
                .max()
                .orElse(0);
        long end = System.nanoTime();
        long heap = Runtime.getRuntime().maxMemory();
        System.gc();
        long kept = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        return new Taken(plan, (listed - start) / 1e9, (end - listed) / 1e9, cpuSeconds() - cpu, heap, kept, largest);
    }

    private static double cpuSeconds() {
        return ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .orElse(Duration.ZERO)
                        .toNanos()
                / 1e9;
    }

    private static String manifest(LocalSpark spark, String kind, int rows, Path folder) throws IOException {
        Path csv = folder.resolve("manifest.csv");
        try (Writer out = Files.newBufferedWriter(csv)) {
            out.write("path,start,end,labels,split\n");
            for (int i = 0; i < rows; i++) {
                int file = kind.equals("parts") ? i / PARTS_OF_FILE : i;
                out.write("_folder_" + file / FILES_IN_FOLDER + "/clip:" + file % FILES_IN_FOLDER + ".wav,");
                int second = i % PARTS_OF_FILE;
                out.write(kind.equals("parts") ? second + "," + (second + 1) + ".5," : ",,");
                out.write("label " + i % 527 + ";label " + i % 31 + "," + (i % 5 == 0 ? "test" : "train") + "\n");
            }
        }
        if (!kind.equals("parquet")) {
            return csv.toString();
        }
        String parquet = "file:" + folder.resolve("manifest.parquet");
        spark.session()
                .read()
                .option("header", true)
                .csv("file:" + csv)
                .coalesce(1)
                .write()
                .parquet(parquet);
        return parquet;
    }
}
