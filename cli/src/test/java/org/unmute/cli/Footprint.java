package org.unmute.cli;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * The resources of this process after a full collection. The JVM must run with {@code
 * -XX:NativeMemoryTracking=summary}.
 *
 * @param calls number of measured calls so far
 * @param heap bytes of live objects
 * @param natives bytes of native memory according to the JVM, without the heap, the collector, the compilers and
 *     compiled code, which settle late
 * @param resident resident memory in bytes; 0 if the system does not report it
 * @param handles open files; 0 if the system does not report them
 * @param mapped mapped files; 0 if the system does not report them
 * @param threads number of threads by name, without those that the JVM itself starts and ends
 * @param classes bytes of live objects by class
 * @param categories bytes of native memory by category
 */
record Footprint(
        long calls,
        long heap,
        long natives,
        long resident,
        long handles,
        long mapped,
        Map<String, Long> threads,
        Map<String, Long> classes,
        Map<String, Long> categories) {
    private static final Pattern CLASS = Pattern.compile("(?m)^ *\\d+: +\\d+ +(\\d+) +(\\S+)");
    private static final Pattern TOTAL = Pattern.compile("(?m)^Total +\\d+ +(\\d+)");
    private static final Pattern CATEGORY = Pattern.compile("(?m)^- +(.+?) \\(reserved=\\d+KB, committed=(\\d+)KB");
    /** Categories of native memory that are not counted: the heap, and internal memory of the JVM that settles late. */
    private static final Set<String> JVM = Set.of(
            "Java Heap", "GC", "GCCardSet", "Code", "Compiler", "Arena Chunk", "Native Memory Tracking", "Logging");

    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB");
    /** Threads that the JVM starts and ends at will. */
    private static final Pattern JVM_THREAD =
            Pattern.compile("ForkJoinPool\\.commonPool-.*|process reaper.*|Java2D Disposer|Attach Listener");

    private static final int SETTLING_MILLIS = 2000;

    /** Measures this process. */
    static Footprint now(long calls) throws IOException {
        // Cleaners, which unmap files, run after a collection; the memory that they release is collected by the next
        // one.
        System.gc();
        settle();
        String histogram = diagnostic("gcClassHistogram");
        Map<String, Long> classes = longs(CLASS, histogram, 2, 1, 1);
        Map<String, Long> categories = longs(CATEGORY, diagnostic("vmNativeMemory", "summary"), 1, 2, 1024);
        long natives = categories.entrySet().stream()
                .filter(e -> !JVM.contains(e.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
        return new Footprint(
                calls,
                first(TOTAL, histogram),
                natives,
                1024 * first(RESIDENT, read(Path.of("/proc/self/status"))),
                openFiles(),
                mappedFiles(),
                runningThreads(),
                classes,
                categories);
    }

    /** This footprint without classes and categories, which take a third of a megabyte. */
    Footprint withoutParts() {
        return new Footprint(calls, heap, natives, resident, handles, mapped, threads, Map.of(), Map.of());
    }

    private static Map<String, Long> longs(Pattern pattern, String text, int name, int value, int unit) {
        Map<String, Long> all = new HashMap<>();
        Matcher m = pattern.matcher(text);
        while (m.find()) {
            all.merge(m.group(name), unit * Long.parseLong(m.group(value)), Long::sum);
        }
        if (all.isEmpty()) {
            throw new IllegalStateException("the JVM reported nothing that could be read: " + text);
        }
        return all;
    }

    private static long first(Pattern pattern, String text) {
        Matcher m = pattern.matcher(text);
        return m.find() ? Long.parseLong(m.group(1)) : 0;
    }

    private static String diagnostic(String command, String... arguments) {
        try {
            return (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            command,
                            new Object[] {arguments},
                            new String[] {String[].class.getName()});
        } catch (JMException e) {
            throw new IllegalStateException(command, e);
        }
    }

    private static String read(Path file) throws IOException {
        return Files.isReadable(file) ? Files.readString(file) : "";
    }

    private static long openFiles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean os
                ? os.getOpenFileDescriptorCount()
                : 0;
    }

    private static long mappedFiles() throws IOException {
        return read(Path.of("/proc/self/maps"))
                .lines()
                .map(line -> line.indexOf('/') < 0 ? "" : line.substring(line.indexOf('/')))
                .filter(name -> !name.isEmpty())
                .distinct()
                .count();
    }

    /** Number of threads by name, with digits replaced. */
    private static Map<String, Long> runningThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> !JVM_THREAD.matcher(t.getName()).matches())
                .collect(Collectors.groupingBy(t -> t.getName().replaceAll("\\d+", "#"), Collectors.counting()));
    }

    long threadCount() {
        return threads.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Waits until the set of threads is stable, since some end shortly after their work. */
    private static void settle() {
        try {
            Map<String, Long> before = Map.of();
            for (int waited = 0; waited < SETTLING_MILLIS && !runningThreads().equals(before); waited += 100) {
                before = runningThreads();
                Thread.sleep(100);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
