package org.unmute.cli.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.unmute.benchmark.check.CheckedItem;
import org.unmute.benchmark.check.Finding;
import org.unmute.benchmark.check.FolderCheck;
import org.unmute.cli.base.UnmuteCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.cli.console.Progress;
import org.unmute.data.provenance.Units;
import org.unmute.options.InputPath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Checks the files that commands wrote. */
@Command(
        name = "fsck",
        description = {
            "Checks what commands wrote into a folder and those below it: token caches, runs, benchmarks, events,"
                    + " probes. Says what is damaged, and which command makes it again. Nothing is changed.",
            "Of a finished folder, every file of the command is compared with its manifest. Runs that were"
                    + " interrupted, or are still going on, are listed as unfinished, which is no error."
        },
        footer = {
            "",
            "Exit status: 0 if nothing is damaged, 1 if something is.",
            "",
            "Examples:",
            "  unmute fsck run/",
            "  unmute fsck --json cache/ > check.json"
        })
final class FsckCommand extends UnmuteCommand {
    private static final int SHOWN = 40;

    @InputPath
    @Parameters(paramLabel = "PATH", description = "A folder, or a single file.")
    private Path path;

    @Override
    public Integer call() throws IOException {
        if (!Files.exists(path)) {
            throw CommandException.input("no such file or folder: " + path);
        }
        List<Path> files;
        try (Stream<Path> all = Files.walk(path)) {
            files = all.filter(f -> Files.isRegularFile(f, LinkOption.NOFOLLOW_LINKS))
                    .toList();
        }
        FolderCheck.Result result;
        try (Progress progress = progress("checking", "files", files.size())) {
            progress.expect(files.stream().mapToLong(FsckCommand::size).sum());
            result = FolderCheck.of(path, file -> progress.advance(1, size(file)));
        }
        if (result.items().isEmpty()) {
            throw CommandException.input(
                    path + " holds nothing that can be checked: no token cache, run, benchmark, events or probe");
        }
        print(document(result), o -> print(o, result));
        if (result.count(Finding.Kind.DAMAGED) > 0) {
            fail();
        }
        return status;
    }

    /** The size of a file; 0 if a running command has deleted it. */
    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }

    private Map<String, Object> document(FolderCheck.Result result) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("path", path.toString());
        all.put("checked", table(result.items()).document());
        all.put(
                "findings",
                result.findings().stream()
                        .map(f -> {
                            Map<String, Object> one = new LinkedHashMap<>();
                            one.put("kind", f.kind().toString());
                            one.put("path", f.path().toString());
                            one.put("what", f.what());
                            one.put("remedy", f.remedy());
                            return one;
                        })
                        .toList());
        for (Finding.Kind kind : List.of(Finding.Kind.DAMAGED, Finding.Kind.UNFINISHED, Finding.Kind.LEFT_OVER)) {
            all.put(kind == Finding.Kind.LEFT_OVER ? "leftOver" : kind.toString(), result.count(kind));
        }
        all.put("linksNotFollowed", result.links());
        return all;
    }

    private static ConsoleTable table(List<CheckedItem> items) {
        ConsoleTable table = new ConsoleTable("path", "what", "content", "state");
        items.forEach(i -> table.row(
                i.path().toString(),
                i.what(),
                i.content(),
                i.state() == null ? "intact" : i.state().toString()));
        return table;
    }

    private static void print(PrintWriter o, FolderCheck.Result result) {
        table(result.items()).print(o);
        o.println();
        List<Finding> worst = result.findings().stream()
                .sorted((a, b) -> b.kind().compareTo(a.kind()))
                .toList();
        for (Finding f : worst.subList(0, Math.min(SHOWN, worst.size()))) {
            o.println(f.kind() + ": " + f.path() + ": " + f.what());
            o.println("  " + f.remedy());
        }
        if (worst.size() > SHOWN) {
            o.println("and " + (worst.size() - SHOWN) + " more findings, which --json lists");
        }
        if (result.links() > 0) {
            o.println("not followed: " + Units.count(result.links(), "symbolic link"));
        }
        if (worst.isEmpty()) {
            o.println("Nothing is damaged or unfinished.");
        } else {
            o.println(result.count(Finding.Kind.DAMAGED) + " damaged, " + result.count(Finding.Kind.UNFINISHED)
                    + " unfinished, " + result.count(Finding.Kind.LEFT_OVER) + " left over");
        }
    }
}
