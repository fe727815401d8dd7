#include "data/pickle_reader.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "cifar10_archive.hpp"
#include "data/cifar10_layout.hpp"
#include "eckart/core/error.hpp"

namespace eckart::data {
namespace {

using Kind = PickleValue::Kind;
using test::golden_bytes;

constexpr const char* kProtocol2 = "\x80\x02";

// The text of a pickle after its protocol number, without the final STOP.
std::string pickle(const std::string& operations) {
    return kProtocol2 + operations + ".";
}

void expect_refusal(const std::string& bytes, const std::string& part) {
    try {
        const PickleReader reader(bytes, "file");
        ADD_FAILURE() << "was accepted; expected: " << part;
    } catch (const FormatError& failure) {
        EXPECT_NE(std::string(failure.what()).find(part), std::string::npos) << failure.what();
    }
}

TEST(PickleReader, ReadsNumbersAndText) {
    const std::string bytes =
        pickle(std::string("(NK\xFFM\x01\x02J\xFE\xFF\xFF\xFF\x88\x89U\x02"
                           "abX\x03\0\0\0xyzt",
                           27));
    const PickleReader reader(bytes, "file");
    ASSERT_EQ(reader.root().kind, Kind::kTuple);
    const auto& items = reader.root().items;
    ASSERT_EQ(items.size(), 8U);
    EXPECT_EQ(items[0]->kind, Kind::kNone);
    EXPECT_EQ(items[1]->integer, 255);
    EXPECT_EQ(items[2]->integer, 0x201);
    EXPECT_EQ(items[3]->integer, -2);
    EXPECT_EQ(items[4]->integer, 1);
    EXPECT_EQ(items[5]->integer, 0);
    EXPECT_EQ(items[6]->text, "ab");
    EXPECT_EQ(items[7]->text, "xyz");
}

TEST(PickleReader, ReadsContainersAndWhatIsStoredForLater) {
    // {'a': [1, 2], 'b': (the same list,)}
    const std::string bytes = pickle("}(U\1a]q\5(K\1K\2eU\1bh\5\x85u");
    const PickleReader reader(bytes, "file");
    const PickleValue* list = reader.root().find("a");
    ASSERT_NE(list, nullptr);
    ASSERT_EQ(list->items.size(), 2U);
    EXPECT_EQ(list->items[1]->integer, 2);
    ASSERT_NE(reader.root().find("b"), nullptr);
    EXPECT_EQ(reader.root().find("b")->items.at(0), list);
    EXPECT_EQ(reader.root().find("c"), nullptr);
    EXPECT_EQ(list->find("a"), nullptr);
}

TEST(PickleReader, ReadsWhatPythonWrote) {
    for (const char* name : {"cifar10_python2_batch", "cifar10_python3_batch"}) {
        const std::string bytes = golden_bytes(name);
        const PickleReader reader(bytes, name);
        const PickleValue* data = reader.root().find("data");
        ASSERT_NE(data, nullptr);
        ASSERT_EQ(data->kind, Kind::kArray);
        ASSERT_EQ(data->items.size(), 4U);
        EXPECT_EQ(data->items[0]->items.at(0)->integer, 2);
        EXPECT_EQ(data->items[0]->items.at(1)->integer, 3072);
        EXPECT_EQ(data->items[1]->text, "u1");
        ASSERT_EQ(data->items[3]->text.size(), 2U * 3072);
        EXPECT_EQ(static_cast<unsigned char>(data->items[3]->text[3072 + 200]), (7 + 200) % 251);
        EXPECT_EQ(reader.root().find("filenames")->items.at(1)->text, "truck_1.png");
    }
}

TEST(PickleReader, ResolvesNoUnknownName) {
    for (const std::string global :
         {"os\nsystem\n", "posix\nsystem\n", "builtins\neval\n", "__builtin__\ngetattr\n", "numpy\nload\n",
          "numpy ndarray\n\n", "\n\n", "numpy.ndarray\n\n"}) {
        expect_refusal(pickle("c" + global), "it was not run");
    }
    expect_refusal(pickle("cnumpy\n" + std::string(200, 'x') + "\n"), "a name without an end");
}

TEST(PickleReader, RefusesOtherCallsOfKnownNames) {
    expect_refusal(pickle("cnumpy\nndarray\n)R"), "a call of 'numpy ndarray' with unknown arguments");
    expect_refusal(pickle("c_codecs\nencode\nU\1xU\4utf8\x86R"), "a call of '_codecs encode'");
    expect_refusal(pickle("K\1)R"), "a call of what is no name");
    expect_refusal(pickle("cnumpy\ndtype\nU\2u1\x85RNb"), "a state that is no tuple");
    expect_refusal(pickle("])b"), "a state that is none of an array");
}

TEST(PickleReader, RefusesOperationsOfOtherFiles) {
    // INST, OBJ, PERSID, BINPERSID, EXT1, NEWOBJ, STACK_GLOBAL and text of protocol 0.
    for (const char operation : {'i', 'o', 'P', 'Q', '\x82', '\x81', '\x93', 'S', 'I', 'd', 'l'}) {
        expect_refusal(pickle(std::string(1, operation)), "which such files do not use");
    }
    expect_refusal(std::string("\x80\x04") + "N.", "protocol 4, where 2 is expected");
    expect_refusal("(dp1\n.", "does not start with a protocol number");
    expect_refusal("", "1 bytes are announced and 0 are left");
}

TEST(PickleReader, RefusesABrokenStack) {
    expect_refusal(pickle(""), "0 values are left");
    expect_refusal(pickle("NN"), "2 values are left");
    expect_refusal(pickle("(N"), "1 values are left");
    expect_refusal(pickle("0"), "a value is missing");
    expect_refusal(pickle("N(0"), "a value is missing");
    expect_refusal(pickle("t"), "a mark is missing");
    expect_refusal(pickle("NNa"), "appending meets a value of the wrong kind");
    expect_refusal(pickle("](NNu"), "setting an item meets");
    expect_refusal(pickle("}(Nu"), "a key without a value");
    expect_refusal(pickle("h\7"), "value 7 is used before it was stored");
    expect_refusal(pickle("N") + "x", "1 bytes after its end");
}

TEST(PickleReader, BelievesNoLength) {
    expect_refusal(std::string(kProtocol2) + "T\xFF\xFF\xFF\xFFxy.",
                   "4294967295 bytes are announced and 3 are left");
    expect_refusal(std::string(kProtocol2) + "U\x03xy", "3 bytes are announced and 2 are left");
}

TEST(PickleReader, BoundsTheWork) {
    expect_refusal(pickle(std::string(PickleReader::kOperations + 1, 'N')), "more than 1000000 operations");
    expect_refusal(pickle(std::string(PickleReader::kOperations + 1, '(')), "more than 1000000 operations");
    // 30 bytes of text, decoded over and over through the memo.
    std::string again = "c_codecs\nencode\nq\1U\xFF";
    again.append(255, 'x').append("q\2U\6latin1q\3");
    for (int i = 0; i < 100; ++i) again += "h\1h\2h\3\x86R0";
    expect_refusal(pickle(again), "decoded again and again");
}

TEST(PickleReader, ReadsDeepNestingWithoutRecursion) {
    std::string nested = "]";
    for (int i = 0; i < 200'000; ++i) nested += "\x85";
    const std::string bytes = pickle(nested);
    EXPECT_EQ(PickleReader(bytes, "file").root().kind, Kind::kTuple);
    const std::string cycle = pickle("]q\1h\1a");
    const PickleReader reader(cycle, "file");
    EXPECT_EQ(reader.root().items.at(0), &reader.root());
}

TEST(PickleReader, DamagedFilesAreReadOrRefusedButNothingElse) {
    const std::string good = golden_bytes("cifar10_python2_batch");
    // The pixels matter little: half of the damage goes to the 280 bytes around them.
    EXPECT_TRUE(rc::check([&] {
        std::string damaged = good;
        const auto count = *rc::gen::inRange(1, 6);
        for (int i = 0; i < count; ++i) {
            const auto position = *rc::gen::inRange<std::size_t>(0, 280);
            damaged[position < 216 ? position : good.size() - 1 - (position - 216)] =
                *rc::gen::arbitrary<char>();
        }
        damaged.resize(
            *rc::gen::elementOf(std::vector<std::size_t>{good.size(), good.size() - 10, 200, 6000}));
        Dataset set{kCifar10Shape, cifar10_class_names(), {}, {}};
        try {
            append_python_batch("file", damaged, set);
            RC_ASSERT(set.pixels.size() == 2 * kCifar10Image);
            RC_ASSERT(set.labels.size() == 2U);
            RC_ASSERT(std::max(set.labels[0], set.labels[1]) < 10);
        } catch (const FormatError&) {
            RC_SUCCEED("refused");
        }
    }));
}

TEST(PickleReader, RandomBytesAreReadOrRefused) {
    // Mostly operations that exist, so that the machine gets somewhere.
    const std::string operations = "(0NJKMUX)t]ae}suqhcRb.\x85\x86\x87\x88\x89\1\2\0";
    EXPECT_TRUE(rc::check([&] {
        const auto body = *rc::gen::container<std::string>(rc::gen::elementOf(operations));
        try {
            const std::string bytes = kProtocol2 + body + ".";
            const PickleReader reader(bytes, "file");
            RC_SUCCEED("read");
        } catch (const FormatError&) {
            RC_SUCCEED("refused");
        }
    }));
}

TEST(PythonBatch, RefusesWhatIsNoBatch) {
    const std::string good = golden_bytes("cifar10_python2_batch");
    const auto refusal = [&](const std::string& from, const std::string& to) {
        std::string bytes = good;
        bytes.replace(bytes.find(from), from.size(), to);
        Dataset set{kCifar10Shape, cifar10_class_names(), {}, {}};
        try {
            append_python_batch("file", bytes, set);
        } catch (const FormatError& failure) {
            return std::string(failure.what());
        }
        return std::string("accepted");
    };
    const auto expect = [](const std::string& message, const std::string& part) {
        EXPECT_NE(message.find(part), std::string::npos) << message;
    };
    expect(refusal("labels", "lapels"), "its \"labels\" is missing");
    expect(refusal("U\4data", "U\4dota"), "its \"data\" is missing");
    expect(refusal("K\3K\x09"
                   "e",
                   "K\3K\x0A"
                   "e"),
           "image 1 has the label 10");
    expect(refusal("K\3K\x09"
                   "e",
                   "K\3Ne"),
           "image 1 has the label");
    expect(refusal("K\3K\x09"
                   "e",
                   "K\3e"),
           "its pixels are 2 x 3072 of type 'u1'; expected 1 x 3072");
    expect(refusal("U\2u1", "U\2u2"), "of type 'u2'");
    expect(refusal(std::string("M\0\x0C", 3), std::string("M\0\x06", 3)), "its pixels are 2 x 1536");
    expect(refusal("\x89T", "\x88T"), "its pixels are 2 x 3072");
}

TEST(PythonNames, AreReadFromTheFileOfNames) {
    EXPECT_EQ(parse_python_names("file", golden_bytes("cifar10_python2_meta")), cifar10_class_names());
    EXPECT_THROW(parse_python_names("file", golden_bytes("cifar10_python2_batch")), FormatError);
}

}  // namespace
}  // namespace eckart::data
