package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import org.unmute.cli.base.UnmuteCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.dataset.DatasetCheck;
import org.unmute.cli.dataset.DatasetFacts;
import org.unmute.cli.dataset.DatasetTable;
import org.unmute.data.set.Dataset;
import org.unmute.data.set.Datasets;
import org.unmute.options.InputPath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists the supported data sets, describes one, or checks its folder. */
@Command(
        name = "datasets",
        description = {
            "Lists the data sets that are read from their own files; with a name, explains one; with --root, reads a"
                    + " folder and counts."
        },
        footer = {
            "",
            "Examples:",
            "  unmute datasets",
            "  unmute datasets fsd50k",
            "  unmute datasets fsd50k --root FSD50K/"
        })
final class DatasetsCommand extends UnmuteCommand {
    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "The data set to explain.")
    private String name;

    @InputPath
    @Option(
            names = "--root",
            paramLabel = "DIR",
            description = "Folder to read: counts the clips of each part, names what is missing.")
    private Path root;

    @Override
    public Integer call() throws IOException {
        if (name == null) {
            if (root != null) {
                throw CommandException.usage(
                        "--root needs the NAME of the data set: " + String.join(", ", Datasets.names()));
            }
            print(DatasetTable.of(Datasets.list()));
            return status;
        }
        Dataset set;
        try {
            set = Datasets.byName(name);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(e.getMessage(), e);
        }
        if (root != null) {
            DatasetCheck check = DatasetCheck.of(set, root);
            print(check.document(), check::print);
        } else {
            DatasetFacts facts = new DatasetFacts(set.info());
            print(facts.document(), facts::print);
        }
        return status;
    }
}
