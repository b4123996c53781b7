package org.unmute.cli.command;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.data.provenance.BuildInfo;
import org.unmute.data.provenance.Units;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.tensor.backend.Backends;
import picocli.CommandLine.Command;

/** Shows which backends run on this machine, and why others do not. */
@Command(
        name = "doctor",
        description =
                "Tells which backends run here and why the others do not, the Java version, the memory and the encoder"
                        + " in the program.")
final class DoctorCommand extends ComputingCommand {
    /**
     * Device backends that may be missing from the class path; they are listed separately from backends that cannot
     * run.
     */
    private static final Map<String, String> NOT_IN_THIS_BUILD = Map.of(
            "cuda", "unmute-kernels-cuda is not on the class path",
            "opencl", "unmute-kernels-opencl is not on the class path");

    private record Row(String backend, boolean usable, String detail) {}

    @Override
    public Integer call() throws IOException {
        Backends.Choice choice = compute.open();
        Backends.use(choice);
        List<Row> rows = new ArrayList<>();
        for (Backends.Candidate c : Backends.candidates()) {
            rows.add(new Row(
                    c.name(), c.availability().available(), c.availability().reason()));
        }
        Set<String> present = rows.stream().map(Row::backend).collect(Collectors.toSet());
        NOT_IN_THIS_BUILD.entrySet().stream()
                .filter(e -> !present.contains(e.getKey()))
                .sorted(Map.Entry.comparingByKey())
                .forEach(e -> rows.add(new Row(e.getKey(), false, e.getValue())));
        Map<String, String> facts = facts(choice);
        Map<String, Object> all = new LinkedHashMap<>(facts);
        all.put("backends", rows);
        print(all, o -> {
            ConsoleTable.printFacts(o, facts);
            o.println();
            ConsoleTable table = new ConsoleTable("backend", "usable", "what it runs on, or what is missing");
            rows.forEach(r -> table.row(r.backend(), r.usable() ? "yes" : "no", r.detail()));
            table.print(o);
        });
        return status;
    }

    private static Map<String, String> facts(Backends.Choice choice) {
        Map<String, String> facts = new LinkedHashMap<>();
        Runtime r = Runtime.getRuntime();
        facts.put("unmute", BuildInfo.read().line());
        facts.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
        facts.put(
                "system",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch") + ", " + r.availableProcessors() + " processors");
        String memory = Units.bytes(r.maxMemory()) + " heap at most (UNMUTE_JAVA_OPTS=-Xmx8g changes it)";
        if (ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean os) {
            memory += ", " + Units.bytes(os.getTotalMemorySize()) + " in the machine, "
                    + Units.bytes(os.getFreeMemorySize()) + " free";
        }
        facts.put("memory", memory);
        facts.put("chosen", choice.reason());
        facts.put(
                "encoder",
                "in the program: " + OpenEncoder.embedded().encoder().describe().description());
        return facts;
    }
}
