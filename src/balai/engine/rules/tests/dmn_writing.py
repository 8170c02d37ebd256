"""Write small DMN models for tests."""

from xml.sax.saxutils import escape, quoteattr

_OPEN = '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" namespace={ns} name={ns} id={ns}>'


def model(*parts: str, namespace: str = "test") -> bytes:
    """Answer a whole DMN file."""
    return (_OPEN.format(ns=quoteattr(namespace)) + "".join(parts) + "</definitions>").encode()


def input_data(name: str, type: str = "") -> str:
    """Answer one input data element whose id is its name."""
    return f"<inputData id={quoteattr(name)} name={quoteattr(name)}>{_variable(name, type)}</inputData>"


def decision(name: str, logic: str, *needs: str, type: str = "", knows: tuple[str, ...] = ()) -> str:
    """Answer a decision; `needs` are hrefs of inputs (with a leading >) or of decisions."""
    requirements = "".join(
        f"<informationRequirement><required{'Input' if need[0] == '>' else 'Decision'} "
        f"href={quoteattr(need.lstrip('>') if '#' in need else '#' + need.lstrip('>'))}/></informationRequirement>"
        for need in needs
    )
    requirements += "".join(
        f"<knowledgeRequirement><requiredKnowledge href={quoteattr(known if '#' in known else '#' + known)}/>"
        "</knowledgeRequirement>"
        for known in knows
    )
    head = f"<decision id={quoteattr(name)} name={quoteattr(name)}>{_variable(name, type)}"
    return f"{head}{requirements}{logic}</decision>"


def literal(text: str, type: str = "") -> str:
    """Answer a literal expression."""
    return f"<literalExpression{_type(type)}><text>{escape(text)}</text></literalExpression>"


def table(
    inputs: list[str],
    outputs: list[str],
    rules: list[list[str]],
    policy: str = "UNIQUE",
    aggregation: str = "",
    values: str = "",
    annotations: tuple[str, ...] = (),
) -> str:
    """Answer a decision table; each rule holds its input entries, output entries and annotations in that order."""
    columns = "".join(f"<input><inputExpression><text>{escape(i)}</text></inputExpression></input>" for i in inputs)
    allowed = f"<outputValues><text>{escape(values)}</text></outputValues>" if values else ""
    columns += "".join(f"<output name={quoteattr(o)}>{allowed}</output>" for o in outputs)
    columns += "".join(f"<annotation name={quoteattr(a)}/>" for a in annotations)
    rows = "".join(_row(f"r{i}", rule, len(inputs), len(outputs)) for i, rule in enumerate(rules, 1))
    extra = f' aggregation="{aggregation}"' if aggregation else ""
    return f'<decisionTable id="table" hitPolicy="{policy}"{extra}>{columns}{rows}</decisionTable>'


def _row(id: str, cells: list[str], inputs: int, outputs: int) -> str:
    kinds = ["inputEntry"] * inputs + ["outputEntry"] * outputs + ["annotationEntry"] * (len(cells) - inputs - outputs)
    entries = (f"<{kind}><text>{escape(cell)}</text></{kind}>" for kind, cell in zip(kinds, cells, strict=True))
    return f'<rule id="{id}">{"".join(entries)}</rule>'


def knowledge(
    name: str, parameters: list[tuple[str, str]], logic: str, knows: tuple[str, ...] = (), type: str = ""
) -> str:
    """Answer a business knowledge model with typed parameters."""
    formal = "".join(f"<formalParameter name={quoteattr(p)}{_type(t)}/>" for p, t in parameters)
    needs = "".join(
        f"<knowledgeRequirement><requiredKnowledge href={quoteattr('#' + k)}/></knowledgeRequirement>" for k in knows
    )
    head = f"<businessKnowledgeModel id={quoteattr(name)} name={quoteattr(name)}>{_variable(name, type)}"
    return f"{head}<encapsulatedLogic>{formal}{logic}</encapsulatedLogic>{needs}</businessKnowledgeModel>"


def imported(name: str, namespace: str) -> str:
    """Answer an import of another DMN file."""
    kind = "https://www.omg.org/spec/DMN/20230324/MODEL/"
    return f"<import name={quoteattr(name)} namespace={quoteattr(namespace)} importType={quoteattr(kind)}/>"


def _variable(name: str, type: str) -> str:
    return f"<variable name={quoteattr(name)}{_type(type)}/>"


def _type(type: str) -> str:
    return f" typeRef={quoteattr(type)}" if type else ""
