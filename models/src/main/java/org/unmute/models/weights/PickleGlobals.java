package org.unmute.models.weights;

import java.util.Set;

/**
 * Names that a checkpoint must not contain: when Python's pickle loads a file with such a name, it runs code chosen by
 * the file. This reader never runs code. It rejects the whole file, because it is either an attack or not a checkpoint.
 */
final class PickleGlobals {
    private static final Set<String> MODULES = words("""
            os posix posixpath nt ntpath sys subprocess _posixsubprocess commands popen2 pty shutil tempfile
            glob fileinput linecache socket _socket socketserver select selectors ssl http httplib urllib
            urllib2 ftplib smtplib poplib imaplib telnetlib nntplib xmlrpc xmlrpclib requests aiohttp httpx
            paramiko webbrowser antigravity importlib imp runpy pkgutil zipimport modulefinder site pip
            ensurepip venv setuptools pkg_resources distutils operator _operator functools _functools itertools
            types inspect gc ctypes _ctypes cffi numba mmap fcntl resource pickle _pickle cPickle pickletools
            dill cloudpickle joblib shelve dbm marshal yaml multiprocessing _multiprocessing threading _thread
            thread concurrent asyncio signal atexit sched code codeop ast dis pdb bdb cProfile profile timeit
            trace doctest unittest pytest test pydoc idlelib lib2to3 cgitb platform getpass io _io codecs
            zipfile tarfile sqlite3 IPython pexpect fabric nturl2path macpath
            """);

    private static final Set<String> PREFIXES = words("""
            torch.load torch.save torch.hub torch.serialization torch.jit torch.package torch.fx torch.compile
            torch.ops torch._ops torch.classes torch._classes torch._dynamo torch._inductor
            torch.multiprocessing torch.testing torch.storage._load_from_bytes torch.utils.cpp_extension
            torch.utils.bottleneck torch.utils.collect_env torch.utils.model_zoo torch.utils._config_module
            torch.distributed.rpc torch.distributed.run torch.distributed.launch torch.distributed.launcher
            torch.distributed.elastic numpy.load numpy.save numpy.savez numpy.savetxt numpy.loadtxt
            numpy.genfromtxt numpy.fromfile numpy.memmap numpy._core.memmap numpy.testing numpy.f2py
            numpy.distutils numpy.ctypeslib numpy.lib.npyio numpy.lib.format numpy.lib.utils pandas.io
            pandas.read_pickle pandas.eval logging.config logging.FileHandler _codecs.lookup _codecs.register
            copyreg.add_extension copyreg.pickle
            """);

    /** Builtins that only create values; every other builtin function counts as running code. */
    private static final Set<String> HARMLESS_BUILTINS = words("""
            set frozenset list tuple dict complex slice range xrange int long float str unicode bytes bytearray
            bool object type NoneType Ellipsis NotImplemented
            """);

    /** Data in modules that are otherwise rejected; {@code _get_layout} returns the layout of a sparse tensor. */
    private static final Set<String> HARMLESS = Set.of("types.SimpleNamespace", "torch.serialization._get_layout");

    private PickleGlobals() {}

    private static Set<String> words(String text) {
        return Set.of(text.strip().split("\\s+"));
    }

    /** A global under its Python 3 name. */
    static PickleNode.Global normalized(String module, String name) {
        String m = switch (module) {
            case "__builtin__" -> "builtins";
            case "copy_reg" -> "copyreg";
            case "numpy.core.multiarray" -> "numpy._core.multiarray";
            case "numpy.core.memmap" -> "numpy._core.memmap";
            default -> module;
        };
        return new PickleNode.Global(m, name);
    }

    /** Whether a name, as {@link #normalized} returns it, can run code. */
    static boolean runsCode(PickleNode.Global global) {
        String module = global.module();
        String full = global.dotted();
        if (HARMLESS.contains(full)) {
            return false;
        }
        if (module.equals("builtins")) {
            return !HARMLESS_BUILTINS.contains(global.name());
        }
        int dot = module.indexOf('.');
        if (MODULES.contains(dot < 0 ? module : module.substring(0, dot)) || module.startsWith("builtins.")) {
            return true;
        }
        for (int at = full.indexOf('.'); at >= 0; at = full.indexOf('.', at + 1)) {
            if (PREFIXES.contains(full.substring(0, at))) {
                return true;
            }
        }
        return PREFIXES.contains(full) || reachesOtherModule(global.name());
    }

    /**
     * Whether a dotted name leads from a harmless module to another one, as {@code serialization.os.system} does from
     * {@code torch}.
     */
    private static boolean reachesOtherModule(String name) {
        for (String part : name.split("\\.", -1)) {
            boolean special = part.startsWith("__") && part.endsWith("__") && !part.equals("__newobj__");
            // Modules import others under names such as _sys.
            String module = part.startsWith("_") && !part.startsWith("__") ? part.substring(1) : part;
            if (special || MODULES.contains(module) || module.equals("builtins")) {
                return true;
            }
        }
        return false;
    }
}
