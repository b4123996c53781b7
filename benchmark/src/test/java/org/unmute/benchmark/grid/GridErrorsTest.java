package org.unmute.benchmark.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.files.InputException;

class GridErrorsTest {
    @TempDir
    Path folder;

    /** A grid of the four tables, each on its own lines, so that errors can name them: 1, 2, 3 and from 4 on. */
    private static String grid(String encoder, String dataset, String probe, String protocol) {
        return "encoders = [{ " + encoder + " }]\ndatasets = [{ " + dataset + " }]\nprobes = [{ " + probe
                + " }]\n[protocol]\n" + protocol + "\n";
    }

    private static final String ENCODER = "name = 'e', file = 'e.pt'";
    private static final String DATASET = "name = 'urban', root = 'u'";
    private static final String PROBE = "name = 'linear'";

    private void refused(String text, String... fragments) throws IOException {
        refusedFile("grid.toml", text, fragments);
    }

    private void refusedFile(String name, String text, String... fragments) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        assertThatThrownBy(() -> Grid.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("grid: ")
                .satisfies(e -> assertThat(e.getMessage())
                        .contains(name)
                        .contains(fragments)
                        .doesNotContain("\n"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        epochs = 0             | epochs: must be a whole number from 1 to 1048576, is 0
        epochs = 1.5           | epochs: must be a whole number from 1 to 1048576, is 1.5
        epochs = '30'          | epochs: must be a whole number from 1 to 1048576, is "30"
        epochs = 9999999999    | epochs: must be a whole number from 1 to 1048576, is 9999999999
        batch = 0              | batch: must be a whole number from 1
        warm-up = -1           | warm-up: must be a whole number from 0, is -1
        clip = -0.5            | clip: must be a number from 0.0, is -0.5
        clip = nan             | clip: must be a finite number
        clip = 'two'           | clip: must be a finite number, is "two"
        decay = 'some'         | decay: 'some' is not known: there are all, matrices
        sobol = -1             | sobol: must be a whole number from 0
        tpe = -1               | tpe: must be a whole number from 0
        halving = 'yes'        | halving: must be true, false or a table with min-epochs and eta
        halving = {min-epochs = 0} | halving.min-epochs: must be a whole number from 1
        halving = {eta = 1}    | halving.eta: must be a whole number from 2
        halving = {etas = 3}   | halving.etas: unknown key; did you mean 'eta'? There are min-epochs, eta
        search-seed = 1.5      | search-seed: must be a whole number, is 1.5
        top = 0                | top: must be a whole number from 1
        seeds = []             | seeds: names none
        seeds = [1, 1]         | seeds: 1 is there twice
        seeds = 3              | seeds: must be a list, is 3
        seeds = ['a']          | seeds: must be a whole number, is "a"
        loss = 'als'           | loss: 'als' is not known: there are auto, asl, bce, ce
        loss = 1               | loss: must be a text, is 1
        loss = ' '             | loss: must be a text, is " "
        lr = [1e-2, 1e-3]      | lr: must be two numbers above 0 that rise, [low, high], is [0.01, 0.001]
        lr = [1e-3]            | lr: must be two numbers above 0
        lr-prototypes = [0, 1] | lr-prototypes: must be two numbers above 0
        weight-decay = 1e-4    | weight-decay: must be a list, is 0.0001
        weight-decay = ['a', 1] | weight-decay: must be a finite number, is "a"
        validation = 0         | validation: is a share of the training clips above 0 and below 1: 0.0
        validation = 1         | validation: is a share of the training clips above 0 and below 1: 1.0
        validation = 1.5       | validation: must be a number from 0.0 to 1.0, is 1.5
        validation-seed = 'x'  | validation-seed: must be a whole number, is "x"
        standardize = 1        | standardize: must be true or false, is 1
        tokens = 'f64'         | tokens: 'f64' is not known: there are f16, f32
        epoch = 30             | epoch: unknown key; did you mean 'epochs'? There are epochs, batch
        min_epochs = 30        | min_epochs: unknown key; did you mean 'epochs'?
        colour = 'red'         | colour: unknown key
        """)
    void protocol(String line, String message) throws IOException {
        refused(grid(ENCODER, DATASET, PROBE, "# a line\n" + line), ":6: protocol." + message);
    }

    @Test
    void noTrialAtAll() throws IOException {
        refused(grid(ENCODER, DATASET, PROBE, "sobol = 0\ntpe = 0"), ":5: protocol.sobol: there is no trial");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        file = 'e.pt'                             | encoders[0]: 'name' is missing
        name = 'a/b', file = 'e.pt'               | encoders[0].name: names a folder
        name = '.', file = 'e.pt'                 | encoders[0].name: names a folder
        name = 'e.', file = 'e.pt'                | does not end with a point: 'e.'
        name = 'e'                                | encoders[0]: state either file = "checkpoint" or embedded = true
        name = 'e', file = 'e', embedded = true   | encoders[0]: state either file
        name = 'e', embedded = true, frames = 512 | fixed settings: leave out frames
        name = 'e', embedded = true, norm = 'bat-esc50' | fixed settings: leave out norm
        name = 'e', file = 'e', model = 'eats'    | model: 'eats' is not known; did you mean 'eat'?
        name = 'e', file = 'e', frames = 0        | frames: must be a whole number from 1
        name = 'e', file = 'e', norm = 'esc'      | norm: 'esc' is not known
        name = 'e', file = 'e', norm = 'bat-esc50', norm-mean = 1.0 | norm: states mean and standard deviation
        name = 'e', file = 'e', norm-mean = inf   | norm-mean: must be a finite number
        name = 'e', file = 'e', norm-std = 0      | norm-std: must be above 0, is 0.0
        name = 'e', file = 'e', heads = 0         | heads: must be a whole number from 1
        name = 'e', file = 'e', rate = 0          | rate: must be a whole number from 1
        name = 'e', file = 'e', hop = -1          | hop: must be above 0, is -1.0
        name = 'e', file = 'e', front-end = 'ours' | front-end: 'ours' is not known: there are authors, biofoundation
        name = 'e', file = 'e', config = 3        | config: must be a table, is 3
        name = 'e', file = 'e', config = {a = [1]} | config.a: must be a text, a number, true or false, is [1]
        name = 'e', file = 3                      | file: must be a text, is 3
        name = 'e', files = 'e'                   | files: unknown key; did you mean 'file'?
        """)
    void encoders(String table, String message) throws IOException {
        refused(grid(table, DATASET, PROBE, ""), ":1: ", message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        root = 'u'                                    | state dataset = "fsd50k" and root, or manifest
        name = 'urbane', root = 'u'                   | datasets[0]: state dataset, one of as20k
        name = 'u', dataset = 'urbane', root = 'u'    | dataset: 'urbane' is not known; did you mean 'urban'?
        name = 'urban'                                | 'root' is missing: the folder of the data set; 'unmute \
        datasets urban'
        manifest = 'm.csv'                            | 'name' is missing
        name = 'a b', manifest = 'm.csv'              | name: names a folder
        name = 'urban', root = 'u', task = 'both'     | task: 'both' is not known: there are multi-label, single-label
        name = 'urban', root = 'u', audio = 'a'       | audio: is for a manifest
        name = 'm', manifest = 'm.csv', root = 'a'    | root: is for a dataset with its own files, not for a manifest
        name = 'm', manifest = 'm.csv', folds = [1]   | folds: is for a dataset
        name = 'm', manifest = 3                      | manifest: must be a text, is 3
        name = 'm', manifest = 'm.csv', separator = 1 | separator: must be a text
        name = 'urban', root = 'u', folds = [1]       | folds: urban has none
        name = 'esc50', root = 'u', folds = [0]       | folds: must be a whole number from 1 to 5, is 0
        name = 'esc50', root = 'u', folds = [6]       | folds: must be a whole number from 1 to 5, is 6
        name = 'esc50', root = 'u', folds = [1, 1]    | folds: 1 is there twice
        name = 'esc50', root = 'u', folds = []        | folds: names no fold
        name = 'urban', root = 'u', shots = 64        | shots: is for the sets of which few clips are drawn
        name = 'hsn', root = 'u', shots = -1          | shots: must be a whole number from 0
        name = 'hsn', root = 'u', shot-condition = 'mild' | shot-condition: 'mild' is not known
        name = 'hsn', root = 'u', shot-seed = 'a'     | shot-seed: must be a whole number
        name = 'hsn', root = 'u', fill-up = 1         | fill-up: must be true or false, is 1
        name = 'hsn', root = 'u', mixup = 5           | mixup: must be a table, is 5
        name = 'hsn', root = 'u', mixup = {variants = 0} | mixup.variants: must be a whole number from 1
        name = 'hsn', root = 'u', mixup = {probability = 2} | mixup.probability: must be a number from 0.0 to 1.0, \
        is 2.0
        name = 'hsn', root = 'u', mixup = {min-snr = -61} | mixup.min-snr: must be a number from -60.0 to 90.0
        name = 'hsn', root = 'u', mixup = {max-snr = 91} | mixup.max-snr: must be a number from -60.0 to 90.0
        name = 'hsn', root = 'u', mixup = {min-snr = 31} | mixup: min-snr and max-snr must rise: 31.0 to 30.0
        name = 'hsn', root = 'u', mixup = {max-added = 0} | mixup.max-added: must be a whole number from 1
        name = 'hsn', root = 'u', mixup = {seed = 0.5} | mixup.seed: must be a whole number
        name = 'hsn', root = 'u', mixup = {snr = 5}   | mixup.snr: unknown key: there are variants, probability, min-snr
        name = 'urban', root = 'u', max-missing = 1.5 | max-missing: must be a number from 0.0 to 1.0, is 1.5
        name = 'urban', root = 'u', train = []        | train: names no split
        name = 'urban', root = 'u', test = []         | test: names no split
        name = 'urban', root = 'u', train = 'dev'     | train: 'dev' is none of the parts of a data set: train, \
        validation, test
        name = 'urban', root = 'u', train = ['train', 'test'] | test: split 'test' is in two of train, \
        validation and test
        name = 'urban', root = 'u', validation = 'test' | test: split 'test' is in two
        name = 'urban', root = 'u', validation = 'train' | validation: split 'train' is in two
        name = 'urban', root = 'u', standardize = 'no' | standardize: must be true or false
        name = 'urban', root = 'u', loss = 'mse'      | loss: 'mse' is not known
        name = 'urban', root = 'u', set = 3           | set: must be a table
        name = 'urban', root = 'u', set = {protobins = {}} | set.protobins: there is no probe of that name; did you \
        mean 'protobin'?
        name = 'urban', root = 'u', set = {protobin = {prototype = 3}} | set.protobin.prototype: unknown key; did \
        you mean 'prototypes'?
        name = 'urban', root = 'u', encoder-settings = {} | encoder-settings: must be a list
        name = 'urban', root = 'u', encoder-settings = [{frames = 512}] | encoder-settings[0]: 'encoders' is missing
        name = 'urban', root = 'u', encoder-settings = [{encoders = ['e']}] | encoder-settings[0]: changes nothing: \
        state frames
        name = 'urban', root = 'u', encoder-settings = [{encoders = [], hop = 1}] | encoder-settings[0].encoders: \
        names none
        name = 'urban', root = 'u', encoder-settings = [{encoders = ['f'], hop = 1}] | encoders: 'f' is not in the \
        grid; did you mean 'e'?
        name = 'urban', root = 'u', encoder-settings = [{encoders = ['e'], heads = 1}] | heads: unknown key
        name = 'urban', root = 'u', encoder-settings = [{encoders = 'e', hop = 1}, {encoders = 'e', hop = 2}] | 'e' \
        has settings in another entry already
        name = 'urban', root = 'u', roots = 'x'       | roots: unknown key; did you mean 'root'?
        """)
    void datasets(String table, String message) throws IOException {
        refused(grid(ENCODER, table, PROBE, ""), ":2: datasets[0]", message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        label = 'a'                              | probes[0]: 'name' is missing
        name = 'protobins'                       | name: 'protobins' is not known; did you mean 'protobin'? There \
        are linear,
        name = 'gem'                             | known if UNMUTE_CLASSPATH names the jar
        name = 'linear', label = 'a:b'           | label: names a folder
        name = 'linear', set = {heads = 2}       | set.heads: unknown key: there are norm, rows
        name = 'ep', set = {query = 2}           | set.query: unknown key; did you mean 'queries'? There are \
        queries, norm
        name = 'ep', set = {queries = [2]}       | set.queries: must be a text, a number
        name = 'ep', lr = [2, 1]                 | lr: must be two numbers above 0
        name = 'ep', weight-decay = [-1, 1]      | weight-decay: must be two numbers above 0
        name = 'ep', batch = 0                   | batch: must be a whole number from 1
        name = 'ep', encoders = ['f']            | encoders: 'f' is not in the grid
        name = 'ep', datasets = ['urbn']         | datasets: 'urbn' is not in the grid; did you mean 'urban'? There \
        are urban
        name = 'ep', datasets = []               | datasets: names none: leave it out for all
        name = 'ep', seeds = [1]                 | seeds: unknown key
        """)
    void probes(String table, String message) throws IOException {
        refused(grid(ENCODER, DATASET, table, ""), ":3: probes[0]", message);
    }

    @Test
    void tablesThatAreMissingEmptyOrOfAnotherKind() throws IOException {
        refused("", "encoders: is missing: at least one is needed");
        refused("encoders = []\n", ":1: encoders: is missing");
        refused("encoders = 3\n", ":1: encoders: must be a list, is 3");
        refused("encoders = [3]\n", ":1: encoders[0]: must be a table, is 3");
        refused("encoders = ['e']\n", ":1: encoders[0]: state either file");
        refused(
                "\n\nprotocols = 3\n",
                ":3: protocols: unknown key; did you mean 'protocol'? There are encoders, datasets, probes, protocol");
        refused("protocol = 3\n", ":1: protocol: must be a table, is 3");
        refused("encoders = [{ " + ENCODER + " }]\n", "datasets: is missing");
        refused("encoders = [{ " + ENCODER + " }]\ndatasets = [{ " + DATASET + " }]\n", "probes: is missing");
    }

    @Test
    void namesThatStandTwice() throws IOException {
        refused(grid(ENCODER + " }, { " + ENCODER, DATASET, PROBE, ""), "encoders[1]: 'e' names two entries");
        refused(grid(ENCODER, DATASET + " }, { " + DATASET, PROBE, ""), "datasets[1]: 'urban' names two entries");
        refused(
                grid(ENCODER, DATASET, PROBE + " }, { " + PROBE, ""),
                "probes[1]: 'linear' names two entries",
                "give one another");
    }

    @Test
    void linesAreThoseOfKeysOrOfTheTableAroundThem() throws IOException {
        refused("""
            # comment
            [[encoders]]
            name = "a"
            file = '''
            not a key = 1
            '''   # [header]
            [[encoders]]
            name = "b" # with = sign
            file = "b#.pt"
            config = { x = "}", y = [1, 2] }
            """, ":10: encoders[1].config.y: must be a text");
        refused("""
            encoders = [
              { name = "a", file = "a" },
              # one more
              { name = "b", file = "b" },
            ]
            probes = ["linear"]
            [[datasets]]
            name = "urban"
            root = "u"
            [datasets.set.protobin]
            "protypes" = 3
            """, ":11: datasets[0].set.protobin.protypes: unknown key");
        refused("""
            encoders = [{ name = "a", file = "a" }]
            probes = ["linear"]
            [[datasets]]
            name = "urban"
            root = "u"
            [[datasets.encoder-settings]]
            encoders = "a"
            hop = 1
            [[datasets.encoder-settings]]
            encoders = ["a"]
            hop = 0
            """, ":11: datasets[0].encoder-settings[1].hop: must be above 0");
    }

    @Test
    void filesThatAreNoGrid() throws IOException {
        refused("encoders = [\n", "grid.toml:2");
        refused("a = 1\na = 2\n\n", "grid.toml:4: Duplicate key (here or in a line before)");
        refused("", "encoders");
        refusedFile("big.toml", "#".repeat((1 << 20) + 1), "has 1048577 bytes");
        Path latin = Files.write(folder.resolve("latin.toml"), "title = \"é\"".getBytes(StandardCharsets.ISO_8859_1));
        assertFails(() -> Grid.read(latin), "is not UTF-8 text");
        assertFails(InputException.class, () -> Grid.read(folder.resolve("none.toml")), "no such file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"grid.json", "grid", "toml", "grid.yaml", "grid.yml"})
    void otherNamesAreRefused(String name) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "");
        assertFails(
                IllegalArgumentException.class, () -> Grid.read(file), "is not a .toml file: write the grid in TOML");
    }
}
